package tool_test

import (
	"os"
	"strings"
	"testing"

	"parley/internal/bot/tool"
	"parley/internal/testkit"
)

func env(name string) (string, bool) {
	v, ok := map[string]string{"SHOP_URL": "http://127.0.0.1:1/v1", "SHOP_TOKEN": "s3cret"}[name]
	return v, ok
}

func shopTools(t *testing.T) *tool.Catalogue {
	t.Helper()
	raw, err := os.ReadFile("../../../examples/shop/tools.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := tool.Parse("tools.yaml", raw, env)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParse_exampleShop(t *testing.T) {
	t.Parallel()
	c := shopTools(t)
	names := func(specs []*tool.Tool) (out []string) {
		for _, s := range specs {
			out = append(out, s.Name)
		}
		return out
	}
	testkit.Diff(t, names(c.Allowed("return_item", "")), []string{"order_status", "return_start"})
	testkit.Diff(t, names(c.Allowed("", "change_delivery")), []string{"order_status", "delivery_change"})
	testkit.Diff(t, names(c.Allowed("", "")), nil)
	if schema := string(c.Find("order_status").Schema()); strings.Contains(schema, "customer") {
		t.Errorf("what is bound is shown to models: %s", schema)
	}
}

func TestParse_namesEverythingWrong(t *testing.T) {
	t.Parallel()
	_, err := tool.Parse("tools.yaml", []byte(`tools:
  - name: Bad Name
    effect: perhaps
    colour: red
    args: {type: array}
    url: ftp://x
    allow: {intents: ["*"]}
  - name: pay
    description: Pays.
    effect: write
    timeout: never
    retries: 3
    args: {type: object, properties: {who: {type: string}, sum: {type: number}}, required: [who, whom]}
    bind: {who: contact.name, place: language}
    url: https://{place}.example.com/{nothing}
    headers: {Authorization: "${NO_SUCH}", idempotency-key: x}
    result: {ok: status}
    errors:
      - {code: Oops}
      - {status: 404, pointer: /a, code: a}
  - name: pay
    description: Again.
    effect: read
    idempotent: true
    method: FETCH
    url: http://localhost/
`), env)
	if err == nil {
		t.Fatal("it was taken")
	}
	testkit.Golden(t, "testdata/problems.txt", []byte(err.Error()+"\n"))
}

func TestParse_brokenYAML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                  "tools.yaml: has no tools; list them under tools:",
		"tools: [\n":        "tools.yaml:1: did not find expected node content",
		"tools:\n  - name:": "tools.yaml:2: tool without a name: effect",
	} {
		if _, err := tool.Parse("tools.yaml", []byte(text), env); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n%v\nwant %s", text, err, want)
		}
	}
}

func TestTool_Check(t *testing.T) {
	t.Parallel()
	c := shopTools(t)
	for _, x := range []struct {
		tool string
		args map[string]any
		want string
	}{
		{"order_status", map[string]any{"order_number": "AB-12345"}, ""},
		{"order_status", nil, "tool order_status: order_number is missing"},
		{"order_status", map[string]any{"order_number": "../../ada"}, "tool order_status: order_number does not fit its schema"},
		{"order_status", map[string]any{"order_number": 12345}, "tool order_status: order_number does not fit its schema"},
		{"order_status", map[string]any{"order_number": "AB-12345", "customer": "ada"}, "tool order_status: customer is filled in by the server and cannot be given"},
		{"return_start", map[string]any{"order_number": "AB-12345", "item": "Hat", "reason": "bored", "x": 1}, `tool return_start: reason does not fit its schema, "x" is no argument`},
	} {
		if got := c.Find(x.tool).Check(x.args); got != x.want {
			t.Errorf("%v: %s\nwant %s", x.args, got, x.want)
		}
	}
}

func TestHTTP_Request(t *testing.T) {
	t.Parallel()
	c, err := tool.Parse("t.yaml", []byte(`tools:
  - name: find
    description: Finds.
    effect: write
    args:
      type: object
      properties: {id: {type: string}, note: {type: string}, n: {type: number}, deep: {type: object}}
    bind: {who: contact.phone, language: language}
    method: POST
    url: ${SHOP_URL}/a/{id}?who={who}&note={note}&fixed=1
    headers: {X-Language: "{language}", Authorization: "Bearer ${SHOP_TOKEN}"}
    body: {n: "{n}", text: "n is {n}", note: "{note}", list: ["{id}", "{note}"], deep: "{deep}", fixed: true}
    allow: {flows: ["*"]}
`), env)
	if err != nil {
		t.Fatal(err)
	}
	h := c.Find("find").HTTP
	got, err := h.Request(map[string]any{"id": "é b", "who": "+331", "language": "fr", "n": 1.5, "deep": map[string]any{"x": 1.0}})
	if err != nil {
		t.Fatal(err)
	}
	testkit.Diff(t, got, tool.Request{
		Method: "POST", URL: "http://127.0.0.1:1/v1/a/%C3%A9%20b?who=%2B331&fixed=1",
		Headers: map[string]string{"X-Language": "fr", "Authorization": "Bearer s3cret"},
		Body:    []byte(`{"deep":{"x":1},"fixed":true,"list":["é b"],"n":1.5,"text":"n is 1.5"}`),
	})
	for _, id := range []string{"", ".", "..", "a/b", `a\b`} {
		if _, err := h.Request(map[string]any{"id": id, "language": "fr"}); err == nil || !strings.Contains(err.Error(), "id cannot be part of an address") {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := h.Request(map[string]any{"id": "a"}); err == nil || err.Error() != "language has no value" {
		t.Errorf("without a value: %v", err)
	}
}

func TestTool_Answer(t *testing.T) {
	t.Parallel()
	c := shopTools(t)
	type answer struct {
		Data  map[string]any
		Code  string
		Known bool
	}
	for _, x := range []struct {
		name, tool string
		status     int
		body       string
		want       answer
	}{
		{"fields that are not there are left out", "order_status", 200, `{"status":"shipped","eta":null,"items":[{"name":"Hat"}]}`, answer{map[string]any{"status": "shipped", "item_1": "Hat"}, "", true}},
		{"a status has a word", "order_status", 404, `not json`, answer{nil, "not_found", true}},
		{"a status without a word", "order_status", 500, `{}`, answer{}},
		{"not JSON", "order_status", 200, `<html>`, answer{}},
		{"a value has a word", "return_start", 409, `{"error":{"code":"too_late"}}`, answer{nil, "too_late", true}},
		{"a value without a word", "return_start", 409, `{"error":{"code":"odd"}}`, answer{}},
		{"large numbers stay what they are", "return_start", 201, `{"id":12345678901234567890,"item":3.5}`, answer{map[string]any{"return_id": "12345678901234567890", "item": 3.5}, "", true}},
	} {
		var got answer
		got.Data, got.Code, got.Known = c.Find(x.tool).Answer(x.status, []byte(x.body))
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			testkit.Diff(t, got, x.want)
		})
	}
}
