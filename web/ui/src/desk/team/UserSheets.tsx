import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { CopyBox } from "../../ui/Copy";
import { Choice, Field } from "../../ui/Field";
import { Sheet } from "../../ui/Sheet";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { type Link, type Role, team, type User } from "./api";
import { Failure, Part } from "./parts";
import { useWords } from "./words";

const roles: readonly Role[] = ["agent", "supervisor", "admin"];

function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const words = useWords();
  return (
    <div className="flex flex-col gap-1">
      <Choice
        label={words.role}
        value={value}
        options={roles.map((r) => ({ value: r, label: words.roles[r] }))}
        onChange={(event) => onChange(event.target.value as Role)}
      />
      <p className="text-meta text-muted">{words.roleHints[value]}</p>
    </div>
  );
}

function OneTimeLink({ link, name }: { link: Link; name: string }) {
  const words = useWords();
  const format = useFormat();
  return (
    <div className="flex flex-col gap-2">
      <CopyBox label={words.inviteLink(name)} value={link.link} copy={words.copy} copied={words.copied} />
      <p className="text-meta text-muted">{words.linkAbout(format.exact(link.expiresAt))}</p>
    </div>
  );
}

/** Makes somebody's invitation and shows its link once. */
export function InviteSheet({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const [tried, setTried] = useState(false);
  const invite = useMutation({
    mutationFn: () => team.invite({ email: email.trim(), name: name.trim(), role }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["users"] }),
  });
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.invite}
      description={words.inviteAbout}
      closeLabel={common.close}
    >
      <div className="scroll-thin flex flex-1 flex-col gap-4 overflow-y-auto p-4">
        {invite.data ? (
          <>
            <OneTimeLink link={invite.data} name={name} />
            <div>
              <Button onClick={onClose}>{words.done}</Button>
            </div>
          </>
        ) : (
          <form
            noValidate
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              setTried(true);
              if (email.trim() && name.trim()) invite.mutate();
            }}
          >
            <Field
              label={words.email}
              type="email"
              autoComplete="off"
              maxLength={254}
              value={email}
              error={tried && !email.trim() ? words.emailMissing : undefined}
              onChange={(event) => setEmail(event.target.value)}
            />
            <Field
              label={words.name}
              hint={words.nameHint}
              autoComplete="off"
              maxLength={80}
              value={name}
              error={tried && !name.trim() ? words.nameMissing : undefined}
              onChange={(event) => setName(event.target.value)}
            />
            <RoleChoice value={role} onChange={setRole} />
            <Failure error={invite.error} />
            <Button kind="primary" type="submit" disabled={invite.isPending}>
              {words.inviteDo}
            </Button>
          </form>
        )}
      </div>
    </Sheet>
  );
}

/** Changes an account: name, role, password link, access. */
export function UserSheet({ user, onClose }: { user: User; onClose: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  const queries = useQueryClient();
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState<Role>(user.role);
  const [sure, setSure] = useState(false);
  const changed = async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["users"] }),
      queries.invalidateQueries({ queryKey: ["people"] }),
    ]);
    onClose();
  };
  const save = useMutation({
    mutationFn: () => team.changeUser(user.id, { name: name.trim(), role }),
    onSuccess: changed,
  });
  const reset = useMutation({ mutationFn: () => team.reset(user.id) });
  const access = useMutation({
    mutationFn: () => (user.state === "disabled" ? team.enable(user.id) : team.disable(user.id)),
    onSuccess: changed,
  });
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={user.name}
      description={user.email}
      closeLabel={common.close}
    >
      <div className="scroll-thin flex flex-1 flex-col gap-5 overflow-y-auto p-4">
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) save.mutate();
          }}
        >
          <Field
            label={words.name}
            hint={words.nameHint}
            maxLength={80}
            value={name}
            error={name.trim() ? undefined : words.nameMissing}
            onChange={(event) => setName(event.target.value)}
          />
          <RoleChoice value={role} onChange={setRole} />
          {role !== user.role && <p className="text-meta text-warn">{words.roleEnds}</p>}
          <Failure error={save.error} />
          <div>
            <Button
              kind="primary"
              type="submit"
              disabled={save.isPending || (name.trim() === user.name && role === user.role)}
            >
              {words.save}
            </Button>
          </div>
        </form>
        {user.state !== "disabled" && (
          <Part title={words.password} about={user.state === "invited" ? words.inviteAgainAbout : words.resetAbout}>
            {reset.data ? (
              <OneTimeLink link={reset.data} name={user.name} />
            ) : (
              <div>
                <Button onClick={() => reset.mutate()} disabled={reset.isPending}>
                  {words.resetDo}
                </Button>
              </div>
            )}
            <Failure error={reset.error} />
          </Part>
        )}
        <Part title={words.access} about={user.state === "disabled" ? words.enableAbout : words.disableAbout}>
          {user.state !== "disabled" && sure ? (
            <div className="flex flex-col gap-2 rounded-md bg-danger-soft p-3">
              <p className="text-danger">{words.disableSure(user.name)}</p>
              <div className="flex gap-2">
                <Button kind="danger" onClick={() => access.mutate()} disabled={access.isPending}>
                  {words.disable}
                </Button>
                <Button onClick={() => setSure(false)}>{words.cancel}</Button>
              </div>
            </div>
          ) : (
            <div>
              <Button
                kind={user.state === "disabled" ? "plain" : "danger"}
                onClick={() => (user.state === "disabled" ? access.mutate() : setSure(true))}
                disabled={access.isPending}
              >
                {user.state === "disabled" ? words.enable : words.disable}
              </Button>
            </div>
          )}
          <Failure error={access.error} />
        </Part>
      </div>
    </Sheet>
  );
}
