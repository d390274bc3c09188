package api

import (
	"testing"

	"parley/internal/testkit"
)

//go:generate go test -run ^TestOpenAPI_isCommitted$ -update .

// The pages' types are generated from the committed document.
func TestOpenAPI_isCommitted(t *testing.T) {
	t.Parallel()
	document, err := New(Settings{}, Parts{}).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, "../../web/ui/openapi.json", append(document, '\n'))
}
