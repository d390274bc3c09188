// What Parley is connected to: routes, the guide to Braze's dashboard, the doctor.
import type { components } from "../../../api";
import { type Language, useLanguage } from "../../../words/locale";
import { ApiError, answer, client } from "../../api";

type Schemas = components["schemas"];
export type Route = Schemas["InboundRoute"];
export type RouteSecret = Schemas["RouteSecret"];
export type Tier = Schemas["Tier"];
export type Sheet = Schemas["SetupSheet"];
export type SetupField = Schemas["SetupField"];
export type Finding = Schemas["DoctorFinding"];
export type Loop = Schemas["LoopOutputBody"];

export const setupApi = {
  routes: () =>
    answer<Schemas["RoutesOutputBody"]>(
      client.GET("/api/v1/routes", { params: { query: { tz: Intl.DateTimeFormat().resolvedOptions().timeZone } } }),
    ),
  guide: () => answer<Schemas["GuideOutputBody"]>(client.GET("/api/v1/setup/guide")),
  byHand: () => answer<Schemas["ByHandOutputBody"]>(client.GET("/api/v1/setup/by-hand")),
  loop: (query: { since?: number; message?: string; phone?: string }) =>
    answer<Loop>(client.GET("/api/v1/setup/loop", { params: { query } })),
  examine,
};

/** Runs the doctor; `found` is told each finding as soon as it is there. Throws an ApiError when it could not finish. */
async function examine(found: (finding: Finding) => void, signal: AbortSignal): Promise<void> {
  const body = (await answer<unknown>(
    client.POST("/api/v1/setup/doctor", { parseAs: "stream", signal }),
  )) as ReadableStream<Uint8Array> | null;
  if (!body) return;
  try {
    await eachLine(body, (line) => {
      const said = JSON.parse(line) as Finding | { error: string };
      if ("error" in said) throw new ApiError(200, "ended_early", said.error);
      found(said);
    });
  } catch (cause) {
    throw cause instanceof ApiError ? cause : new ApiError(0, "unreachable", "");
  }
}

async function eachLine(body: ReadableStream<Uint8Array>, tell: (line: string) => void) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) tell(line);
    if (done) break;
  }
  if (rest) tell(rest);
}

/** Picks the page's language of a text that the gateway gives in all of them. */
export function useSaid(): (said: Record<Language, string>) => string {
  const language = useLanguage();
  return (said) => said[language];
}
