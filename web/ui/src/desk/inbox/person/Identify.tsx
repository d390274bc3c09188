import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import { ApiError } from "../../api";
import { useAccount } from "../../context";
import { may } from "../../pages";
import { talk } from "../talk/api";
import { usePersonWords } from "./words";

/** For a customer whom Braze knows by a number only: an agent who learns who it is says so. */
export function Identify({ contact }: { contact: string }) {
  const words = usePersonWords();
  const client = useQueryClient();
  const { session } = useAccount();
  const [asks, setAsks] = useState(false);
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  if (!may(session.user.role, "agent")) return null;
  if (!asks) {
    return (
      <Button className="self-start" onClick={() => setAsks(true)}>
        {words.identify}
      </Button>
    );
  }
  const send = async () => {
    setBusy(true);
    setFailure("");
    try {
      await talk.identify(contact, value.trim());
      setAsks(false);
      setValue("");
      await client.invalidateQueries({ queryKey: ["contact"] });
    } catch (cause) {
      setFailure(cause instanceof ApiError ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-2 rounded-md border border-line p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() && !busy) void send();
      }}
    >
      <Field
        label={words.identifyLabel}
        hint={words.identifyAbout}
        error={failure || undefined}
        value={value}
        maxLength={997}
        autoComplete="off"
        onChange={(event) => setValue(event.target.value)}
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" disabled={busy || !value.trim()}>
          {words.identifyDo}
        </Button>
        <Button kind="quiet" disabled={busy} onClick={() => setAsks(false)}>
          {words.identifyCancel}
        </Button>
      </div>
    </form>
  );
}
