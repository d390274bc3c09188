import type { Failure } from "./inbox/draft";
import type { Words } from "./words";

/** Why something was not done, and the cure. */
export function failureInWords(words: Words, failure: Failure): string {
  const { failures } = words.people;
  return failure.code === "refused" ? failures.refused(failure.detail) : failures[failure.code];
}
