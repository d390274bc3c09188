// What a reply shows beside its text, as it is put together. Pure.
import type { components } from "../../../api";

export type Show = components["schemas"]["Show"];
export type ShowKind = "choices" | "file" | "link" | "form";
export const fileKinds = ["image", "document", "video", "audio"] as const;
export const maxChoices = 10;

export const kindOf = (show: Show): ShowKind =>
  show.file ? "file" : show.link ? "link" : show.form !== undefined ? "form" : "choices";

/** An empty one of a kind, to be filled in. */
export function fresh(kind: ShowKind): Show {
  if (kind === "file") return { file: { kind: "image", url: "" } };
  if (kind === "link") return { link: { label: "", url: "" } };
  if (kind === "form") return { form: "" };
  return { choices: [{ title: "" }, { title: "" }] };
}

/** What would be sent of it: without empty choices; nothing when nothing is filled in. */
export function cleaned(show: Show | undefined): Show | undefined {
  if (!show) return undefined;
  if (show.file) {
    const url = show.file.url.trim();
    return url ? { file: { kind: show.file.kind, url } } : undefined;
  }
  if (show.link) {
    const label = show.link.label.trim();
    const url = show.link.url.trim();
    return label || url ? { link: { label, url } } : undefined;
  }
  if (show.form !== undefined) return show.form.trim() ? { form: show.form.trim() } : undefined;
  const choices = (show.choices ?? [])
    .map(({ title, detail }) => ({ title: title.trim(), ...(detail?.trim() ? { detail: detail.trim() } : {}) }))
    .filter((c) => c.title);
  if (choices.length === 0) return undefined;
  return { choices, ...(show.button?.trim() ? { button: show.button.trim() } : {}) };
}

export type Problem = "twice" | "address" | "label";

/** Why what is filled in cannot be sent; the gateway judges the same. */
export function problem(show: Show | undefined): Problem | undefined {
  const sent = cleaned(show);
  if (!sent) return undefined;
  const titles = (sent.choices ?? []).map((c) => c.title.toLowerCase());
  if (new Set(titles).size < titles.length) return "twice";
  if (sent.link && !sent.link.label) return "label";
  const url = sent.file?.url ?? sent.link?.url;
  return url === undefined || whole(url) ? undefined : "address";
}

function whole(url: string): boolean {
  try {
    return new URL(url).protocol === "https:";
  } catch {
    return false;
  }
}
