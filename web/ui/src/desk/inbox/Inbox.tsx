import { MessagesSquare } from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useMedia } from "../../ui/media";
import { Sheet } from "../../ui/Sheet";
import { Empty } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useDesk, useDeskState } from "../context";
import { useKeys } from "../keys";
import { useWords } from "../words";
import { Conversation } from "./Conversation";
import { ConversationList } from "./ConversationList";
import { useListAddress } from "./list/address";
import { PersonPane } from "./Person";

/** List, transcript and person; on a narrow page one at a time. */
export function Inbox({ id }: { id: string | undefined }) {
  const words = useWords();
  const common = useCommonWords();
  const desk = useDesk();
  const [, navigate] = useLocation();
  const address = useListAddress();
  const wide = useMedia("(min-width: 68.75rem)");
  const two = useMedia("(min-width: 45rem)");
  const [person, setPerson] = useState(true);
  const [sheet, setSheet] = useState(false);
  const detail = useDeskState((s) => s.transcript?.detail);
  const failed = useDeskState((s) => s.transcript?.error !== undefined);
  useEffect(() => desk.open(id), [desk, id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation starts with the sheet closed.
  useEffect(() => {
    setSheet(false);
  }, [id]);
  const toggle = () => (wide ? setPerson((p) => !p) : setSheet((p) => !p));

  const step = (by: number) => {
    const { items } = desk.store.snapshot().list;
    const at = items.findIndex((c) => c.id === id);
    const next = items[at < 0 ? 0 : at + by];
    if (next) navigate(address(next.id));
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    p: id ? toggle : false,
    escape: id ? () => navigate(address()) : false,
  });

  return (
    <>
      {(two || !id) && <ConversationList chosen={id} />}
      {(two || id) && (
        <main id="conversation" className="flex min-h-0 min-w-0 flex-1 flex-col">
          {id ? (
            <Conversation key={id} id={id} onPerson={toggle} personShown={wide ? person : sheet} />
          ) : (
            <>
              <h1 className="sr-only">{words.inbox}</h1>
              <Empty icon={MessagesSquare} title={words.pickOne}>
                {words.pickOneDo}
              </Empty>
            </>
          )}
        </main>
      )}
      {id && wide && person && !failed && (
        <aside
          aria-label={words.person}
          className="scroll-thin w-[300px] shrink-0 overflow-y-auto border-line border-l bg-surface"
        >
          <PersonPane detail={detail} />
        </aside>
      )}
      {id && !wide && !failed && (
        <Sheet open={sheet} onOpenChange={setSheet} title={words.person} closeLabel={common.close}>
          <div className="scroll-thin min-h-0 flex-1 overflow-y-auto">
            <PersonPane detail={detail} />
          </div>
        </Sheet>
      )}
    </>
  );
}
