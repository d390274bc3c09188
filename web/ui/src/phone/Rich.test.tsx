import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Rich } from "./Rich";

afterEach(cleanup);
const html = (text: string) => render(<Rich text={text} more="more" />).container.firstElementChild?.innerHTML ?? "";

describe("Rich", () => {
  it.each([
    ["*bold* and _soft_ and ~gone~", "<strong>bold</strong> and <em>soft</em> and <s>gone</s>"],
    ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name"],
    ["* not bold *", "* not bold *"],
    ["<b>&", "&lt;b&gt;&amp;"],
    ["```a *b*```", "<code>a *b*</code>"],
  ])("%s", (text, want) => expect(html(text)).toBe(want));

  it("links an address without the full stop that ends the sentence", () => {
    render(<Rich text="See https://shop.example.com/a_b_c?d=1." more="more" />);
    expect(screen.getByRole("link").getAttribute("href")).toBe("https://shop.example.com/a_b_c?d=1");
  });

  it("never links anything but http", () => {
    expect(html("javascript:alert(1)")).toBe("javascript:alert(1)");
  });

  it("folds a long text and opens it whole", () => {
    const text = "word ".repeat(400).trim();
    const { container } = render(<Rich text={text} more="more" />);
    expect(container.textContent?.length).toBeLessThan(800);
    fireEvent.click(screen.getByRole("button"));
    expect(container.textContent).toBe(text);
  });
});
