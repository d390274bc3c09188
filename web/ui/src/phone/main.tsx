import { Tooltip } from "radix-ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../style/phone.css";
import { App } from "./App";
import { SessionContext } from "./context";
import { Session } from "./session";

const session = new Session();
session.start();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <SessionContext value={session}>
      <Tooltip.Provider delayDuration={400}>
        <App />
      </Tooltip.Provider>
    </SessionContext>
  </StrictMode>,
);
