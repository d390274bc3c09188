// Templates that the sandbox's Liquid and an independent engine are asked to render alike.

/** What both engines know of the person who writes. */
export const person = {
  first_name: "Zoë",
  last_name: "O'Brien",
  language: "fr",
  country: "FR",
  custom_attribute: {
    plan: "gold",
    points: 1234567,
    price: 19.99,
    vip: true,
    colours: ["red", "green", "blue"],
    empty: "",
    note: 'She said "hello" \\ and left',
    lines: "one\ntwo",
    padded: "  both sides  ",
    html: "<b>bold</b> & more",
    when: "2026-11-22T10:30:00Z",
  },
};

const text = ['"Hello World"', '"  padded  "', '"ünïcode ✓"', '""', '"a,b,c"', '"x\ty"'];
const plain = ["upcase", "downcase", "capitalize", "strip", "lstrip", "rstrip", "size", "escape", "strip_html", "strip_newlines", "newline_to_br", "md5", "sha1"];
const withText = [
  'append: "!"', 'prepend: ">"', 'replace: "l", "L"', 'replace_first: "l", "L"', 'remove: "o"', 'remove_first: "o"', "truncate: 7",
  "truncatewords: 1", "slice: 1", "slice: 0, 3", 'split: "," | join: "-"', 'default: "none"',
];
const numbers = ["7", "-3", "2.5", "0"];
const sums = ["plus: 2", "minus: 2", "times: 3", "modulo: 3", "ceil", "floor", "round", "divided_by: 2"];
const colours = "{% assign list = {{custom_attribute.${colours}}} %}";
const lists = [
  "first", "last", "size", 'join: ", "', 'sort | join: ","', 'reverse | join: ","', "map: 'x' | size", 'uniq | join: ","',
];

export const templates = [
  // Personalisation
  "Hello {{${first_name}}}", "{{ ${last_name} }}", "{{${first_name} | default: 'friend'}}", "{{${missing} | default: 'friend'}}",
  "{{custom_attribute.${plan}}}", "{{custom_attribute.${missing} | default: 'none'}}", "{{custom_attribute.${empty} | default: 'none'}}",
  "{{custom_attribute.${vip}}}", "{{custom_attribute.${points}}}", "{{custom_attribute.${price}}}", "{{custom_attribute.${colours} | join: '/'}}",
  "{{custom_attribute.${colours} | first}}", "{{custom_attribute.${colours}[1]}}", "{{custom_attribute.${colours} | size}}",
  "{{custom_attribute.${padded} | strip}}.", "{{custom_attribute.${html} | escape}}", "{{custom_attribute.${html} | strip_html}}",
  "{{custom_attribute.${lines} | newline_to_br}}", "{{custom_attribute.${lines} | strip_newlines}}",
  "{{${language}}}-{{${country}}}", "{{${first_name} | upcase | append: '!' | prepend: '<'}}",
  "{{custom_attribute.${when} | date: '%Y-%m-%d'}}", "{{custom_attribute.${when} | date: '%d/%m/%y'}}", "{{custom_attribute.${when} | date: '%B'}}",
  // Texts, numbers and lists through filters
  ...text.flatMap((value) => plain.map((filter) => `{{ ${value} | ${filter} }}`)),
  ...text.slice(0, 5).flatMap((value) => withText.map((filter) => `{{ ${value} | ${filter} }}`)),
  ...numbers.flatMap((value) => sums.map((filter) => `{{ ${value} | ${filter} }}`)),
  ...lists.map((filter) => `{% assign list = "b,a,c,a" | split: "," %}{{ list | ${filter} }}`),
  // Assignment and capture
  "{% assign x = 'a' %}{{x}}", "{% assign x = ${first_name} %}{{x}}", "{% assign n = 3 | plus: 4 %}{{n}}",
  "{% capture c %}Dear {{${first_name}}}{% endcapture %}{{c | upcase}}", "{% assign a = 'x,y' | split: ',' %}{{a[0]}}{{a[1]}}",
  "{% assign m = custom_attribute.${plan} | append: '-member' %}{{m}}", "{% increment i %}{% increment i %}", "{% decrement d %}{% decrement d %}",
  // Conditions
  "{% if ${first_name} == 'Zoë' %}yes{% else %}no{% endif %}", "{% if ${first_name} != 'Zoë' %}yes{% else %}no{% endif %}",
  "{% if custom_attribute.${vip} %}vip{% endif %}", "{% if custom_attribute.${missing} %}there{% else %}not there{% endif %}",
  "{% if custom_attribute.${points} > 1000 %}many{% elsif custom_attribute.${points} > 10 %}some{% else %}few{% endif %}",
  "{% if custom_attribute.${price} >= 19.99 and custom_attribute.${vip} == true %}both{% endif %}",
  "{% if custom_attribute.${plan} == 'silver' or custom_attribute.${plan} == 'gold' %}member{% endif %}",
  "{% if custom_attribute.${plan} contains 'ol' %}has{% endif %}", "{% if custom_attribute.${colours} contains 'green' %}has{% endif %}",
  "{% if custom_attribute.${colours} contains 'pink' %}has{% else %}has not{% endif %}", "{% unless custom_attribute.${vip} %}no{% else %}yes{% endunless %}",
  "{% if ${missing} == blank %}blank{% endif %}", "{% if ${first_name} == blank %}blank{% else %}filled{% endif %}",
  "{% if 1 < 2 %}{% if 2 < 1 %}a{% else %}b{% endif %}{% endif %}",
  "{% case custom_attribute.${plan} %}{% when 'silver' %}S{% when 'gold' %}G{% else %}?{% endcase %}",
  "{% case ${language} %}{% when 'en', 'fr' %}ours{% else %}other{% endcase %}", "{% case 3 %}{% when 1 %}one{% else %}more{% endcase %}",
  // Loops
  colours + "{% for c in list %}{{c}} {% endfor %}", colours + "{% for c in list %}{{forloop.index}}{{c}}{% unless forloop.last %},{% endunless %}{% endfor %}",
  colours + "{% for c in list limit:2 %}{{c}}{% endfor %}", colours + "{% for c in list offset:1 %}{{c}}{% endfor %}",
  colours + "{% for c in list reversed %}{{c}}{% endfor %}", "{% for i in (1..4) %}{{i}}{% endfor %}",
  "{% for i in (1..9) %}{% if i == 4 %}{% break %}{% endif %}{{i}}{% endfor %}", "{% for i in (1..5) %}{% if i == 2 %}{% continue %}{% endif %}{{i}}{% endfor %}",
  "{% assign list = {{custom_attribute.${missing}}} %}{% for c in list %}x{% else %}nothing{% endfor %}", "{% for i in (1..2) %}{% for j in (1..2) %}{{i}}{{j}} {% endfor %}{% endfor %}",
  "{% for i in (1..4) %}{% cycle 'a', 'b' %}{% endfor %}",
  // White space, comments, raw
  "a{%- assign x = 1 -%}b", "a {{- 'b' -}} c", "{% comment %}hidden {{${first_name}}}{% endcomment %}shown", "{% raw %}{{ not rendered }}{% endraw %}",
  "{% if true -%}  tight  {%- endif %}", "plain text without any tag", "émoji 🙂 {{${first_name}}} 🙂", "{{ 'single' }}{{ \"double\" }}", "{{ true }} {{ false }} {{ nil }}",
  // The texts of a webhook body
  '{"first_name":"{{${first_name} | json_escape}}"}', '{"note":"{{custom_attribute.${note} | json_escape}}"}', '{"lines":"{{custom_attribute.${lines} | json_escape}}"}',
  "{{custom_attribute.${points} | number_with_delimiter}}", "{{'a b&c' | url_param_escape}}", "{{'a b' | url_escape}}", "{{'sample' | sha2}}", "{{'x' | hmac_sha1: 'key'}}",
];

const ruby = "whole numbers divide to whole ones, rounded down, in the Ruby Liquid that Braze runs; the other engine is JavaScript";
const blank = "Liquid's reference gives the default for an empty text as well; the other engine for nil only";
const words = "Liquid's reference appends the ellipsis when words were cut and only then; the other engine always";
const loop = "our engine renders nothing, not even else, for a list that does not exist; for an empty list it does render else";
const counters = "Braze does not list these tags, so the sandbox refuses them rather than let a test pass on a guess";
const refused = (tag, example) => `refused: webhook.body: the template cannot be parsed: undefined tag "${tag}" in ${example}`;

/** Where the two differ on purpose: the template, what the sandbox says, and why. */
export const differences = new Map([
  ["{{custom_attribute.${empty} | default: 'none'}}", { ours: "none", why: blank }],
  ['{{ "" | default: "none" }}', { ours: "none", why: blank }],
  ["{{custom_attribute.${colours}[1]}}", { ours: "green", why: "Braze's arrays are indexed from 0 after the closing brace; the other engine does not read that" }],
  ['{{ "  padded  " | truncatewords: 1 }}', { ours: "  padded  ", why: words }],
  ['{{ "a,b,c" | truncatewords: 1 }}', { ours: "a,b,c", why: words }],
  ['{{ "" | truncatewords: 1 }}', { ours: "", why: words }],
  ["{{ 7 | divided_by: 2 }}", { ours: "3", why: ruby }],
  ["{{ -3 | divided_by: 2 }}", { ours: "-2", why: ruby }],
  ["{% increment i %}{% increment i %}", { ours: refused("increment", "{% increment i %}"), why: counters }],
  ["{% decrement d %}{% decrement d %}", { ours: refused("decrement", "{% decrement d %}"), why: counters }],
  [
    "{% case ${language} %}{% when 'en', 'fr' %}ours{% else %}other{% endcase %}",
    { ours: "ours", why: "a when with several values matches any of them in Liquid's reference; the other engine looks at the first" },
  ],
  ["{% assign list = {{custom_attribute.${missing}}} %}{% for c in list %}x{% else %}nothing{% endfor %}", { ours: "", why: loop }],
]);
