import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { navigate } from "wouter/use-browser-location";
import { Problem } from "../ui/States";
import { useCommonWords } from "../words/common";
import { ApiError, api, proveWith, type Session } from "./api";
import { DeskContext } from "./context";
import { People } from "./inbox/people";
import { Desk } from "./inbox/session";
import { Login } from "./Login";
import { Shell } from "./Shell";
import { Heartbeat } from "./shell/heartbeat";
import { Notifier } from "./shell/Notifier";
import { catalogues as shellCatalogues } from "./shell/words";
import { linkIn, Welcome } from "./Welcome";
import { useWords } from "./words";

type Gate =
  | { at: "asking" }
  | { at: "out"; ended: boolean }
  | { at: "welcome"; token: string }
  | { at: "in"; session: Session; desk: Desk; people: People; notifier: Notifier; heartbeat: Heartbeat }
  | { at: "failed" };

/** Asks who is logged in, and shows the log-in page or the desk. */
export function App() {
  const words = useWords();
  const common = useCommonWords();
  const queries = useQueryClient();
  const [gate, setGate] = useState<Gate>({ at: "asking" });

  const leave = useCallback(
    (ended: boolean) => {
      proveWith("");
      setGate((now) => {
        if (now.at === "in") {
          now.heartbeat.stop();
          now.notifier.stop();
          now.desk.stop();
        }
        return { at: "out", ended };
      });
      // Nothing that one person read may be left for the next.
      queries.clear();
    },
    [queries],
  );
  const enter = useCallback(
    (session: Session) => {
      proveWith(session.csrfToken);
      const desk = new Desk(() => leave(true), session.user.id);
      const words = () => shellCatalogues[document.documentElement.lang === "fr" ? "fr" : "en"];
      const notifier = new Notifier(desk, session.user.id, words, (id) => navigate(`/conversations/${id}`));
      const heartbeat = new Heartbeat();
      desk.start();
      notifier.start();
      heartbeat.start();
      setGate({ at: "in", session, desk, people: new People(desk, session), notifier, heartbeat });
    },
    [leave],
  );
  const ask = useCallback(async () => {
    const token = linkIn(location.pathname);
    if (token) return setGate({ at: "welcome", token });
    try {
      enter(await api.session());
    } catch (cause) {
      setGate(cause instanceof ApiError && cause.status === 401 ? { at: "out", ended: false } : { at: "failed" });
    }
  }, [enter]);
  const inside = gate.at === "in";
  useEffect(() => {
    // Inside, the shell counts the news in it.
    if (!inside) document.title = words.title;
  }, [words, inside]);
  useEffect(() => {
    // In development React runs effects twice; only the first may start a desk.
    let stale = false;
    queueMicrotask(() => {
      if (!stale) void ask();
    });
    return () => {
      stale = true;
    };
  }, [ask]);

  switch (gate.at) {
    case "asking":
      return null;
    case "failed":
      return (
        <main className="h-full">
          <h1 className="sr-only">{words.title}</h1>
          <Problem
            title={common.unreachable}
            cure={words.gatewayCure}
            retry={common.retry}
            onRetry={() => {
              setGate({ at: "asking" });
              void ask();
            }}
          />
        </main>
      );
    case "welcome": {
      // The link is spent or worthless; it must not stay in the address.
      const home = () => history.replaceState(null, "", "/");
      return (
        <Welcome
          token={gate.token}
          onLogIn={(session) => {
            home();
            enter(session);
          }}
          onLeave={() => {
            home();
            void ask();
          }}
        />
      );
    }
    case "out":
      return <Login ended={gate.ended} onLogIn={enter} />;
    case "in":
      return (
        <DeskContext
          value={{
            desk: gate.desk,
            people: gate.people,
            notifier: gate.notifier,
            session: gate.session,
            onLogOut: () => {
              gate.people.forget();
              leave(false);
            },
          }}
        >
          <Shell />
        </DeskContext>
      );
  }
}
