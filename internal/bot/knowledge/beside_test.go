package knowledge_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/bot/knowledge"
)

const asked = "title: More\nphrasings: [tell me more about it]\nanswer: Here it is.\n"

func TestLoad_beside(t *testing.T) {
	t.Parallel()
	files := shop(t)
	files["en/more.yaml"] = file(asked + "description: All of it\nchoices: [opening_hours, return_item]\n")
	files["en/chart.yaml"] = file(asked + "image: https://shop.example/{{shelf}}.png\n")
	files["en/page.yaml"] = file(asked + "link: {label: Open it, url: \"https://shop.example/{{gift_card_url}}\"}\n")
	files["en/variables.yaml"] = file(string(files["en/variables.yaml"].Data) + "\nshelf: sizes\n")
	base := load(t, files)
	more, _ := base.Intent("en", "more")
	if diff := cmp.Diff([]string{"opening_hours", "return_item"}, more.Choices); diff != "" || more.Detail != "All of it" {
		t.Errorf("more = %+v", more)
	}
	chart, _ := base.Intent("en", "chart")
	if media, _ := base.Beside(chart); media != (knowledge.Media{Kind: "image", URL: "https://shop.example/sizes.png"}) {
		t.Errorf("the picture is %+v", media)
	}
	if whole, missing := base.Whole(chart); whole != "Here it is.\n\nhttps://shop.example/sizes.png" || missing != nil {
		t.Errorf("as text it is %q, missing %v", whole, missing)
	}
	page, _ := base.Intent("en", "page")
	if _, missing := base.Fill(page); !cmp.Equal(missing, []string{"gift_card_url"}) {
		t.Errorf("missing = %v", missing)
	}
}

func TestLoad_besideSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, more, want string }{
		{"an unknown choice", "choices: [nowhere]\n", `choice "nowhere" is no intent`},
		{"itself", "choices: [more]\n", `choice "more" is the intent itself`},
		{"twice", "choices: [opening_hours, opening_hours]\n", `choice "opening_hours" is given twice`},
		{"too many", "choices: [a, b, c, d, e, f, g, h, i, j]\n", "has 10 choices; a WhatsApp list has ten rows"},
		{"two things", "choices: [opening_hours]\nimage: https://shop.example/a.png\n", "has choices and image: a WhatsApp message shows one of them"},
		{"no address", "document: a.pdf\n", `document "a.pdf" is not the address`},
		{"another scheme", "image: javascript:alert(1)\n", "is not the address of a file or page"},
		{"an unknown variable", "video: https://{{host_name}}/a.mp4\n", "video uses {{host_name}}, which en/variables.yaml does not have"},
		{"half a link", "link: {label: Open it}\n", "url is missing"},
		{"people", "image: https://shop.example/a.png\nhandoff: after_answer\n", "hands over to people, which sends text only"},
		{"lines", "description: \"a\\nb\"\n", "description must be one line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := shop(t)
			files["en/more.yaml"] = file(asked + c.more)
			_, err := knowledge.Load(files)
			var problems knowledge.Problems
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load says %v, not %q", err, c.want)
			}
		})
	}
}
