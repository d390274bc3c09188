import { useQuery } from "@tanstack/react-query";
import { Ban, MailPlus, UserRoundPlus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { Loaded } from "../../ui/Loaded";
import { useNow } from "../../ui/now";
import { useFormat } from "../../words/locale";
import { useAccount } from "../context";
import { team, type User } from "./api";
import { Avatar, List, Row, TabHead, Tag } from "./parts";
import { InviteSheet, UserSheet } from "./UserSheets";
import { useWords } from "./words";

/** Who may log in. */
export function Users() {
  const words = useWords();
  const query = useQuery({ queryKey: ["users"], queryFn: team.users });
  const [inviting, setInviting] = useState(false);
  const [open, setOpen] = useState<User>();
  return (
    <>
      <TabHead
        about={words.usersAbout}
        action={
          <Button kind="primary" icon={UserRoundPlus} onClick={() => setInviting(true)}>
            {words.invite}
          </Button>
        }
      />
      <Loaded query={query} failed={words.usersFailed} cure={words.gatewayCure}>
        {(users) => (
          <List>
            {users.map((user) => (
              <UserRow key={user.id} user={user} onOpen={() => setOpen(user)} />
            ))}
          </List>
        )}
      </Loaded>
      {inviting && <InviteSheet onClose={() => setInviting(false)} />}
      {open && <UserSheet user={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function UserRow({ user, onOpen }: { user: User; onOpen: () => void }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const { session } = useAccount();
  return (
    <Row onOpen={onOpen}>
      <Avatar name={user.name} faint={user.state !== "active"} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2">
          <bdi className={`truncate font-medium ${user.state === "disabled" ? "text-muted line-through" : ""}`}>
            {user.name}
          </bdi>
          {user.id === session.user.id && <Tag>{words.youMark}</Tag>}
          {user.state === "invited" && <Tag icon={MailPlus}>{words.states.invited}</Tag>}
          {user.state === "disabled" && <Tag icon={Ban}>{words.states.disabled}</Tag>}
        </span>
        <span className="block truncate text-meta text-muted">{user.email}</span>
      </span>
      <span className="shrink-0 text-right text-meta md:flex md:items-center md:gap-6">
        <span className="block md:w-28 md:text-left">{words.roles[user.role]}</span>
        <span
          className="tabular block text-muted md:w-32"
          title={user.lastSeenAt ? format.exact(user.lastSeenAt) : undefined}
        >
          {user.lastSeenAt ? words.lastSeen(format.age(user.lastSeenAt, now)) : words.neverSeen}
        </span>
      </span>
    </Row>
  );
}
