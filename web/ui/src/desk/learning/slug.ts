/** A name for an intent, made of its title: a letter first, then letters, digits and underscores, all plain. */
export function slug(title: string): string {
  const plain = title
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("œ", "oe")
    .replaceAll("ß", "ss")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "")
    .slice(0, 60)
    .replace(/_+$/, "");
  return plain || "new_intent";
}
