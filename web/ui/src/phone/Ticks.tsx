import type { Status } from "./sandbox";
import { useWords } from "./words";

/** A clock, one tick, two ticks, two blue ticks. */
export function Ticks({ status }: { status: Status | "pending" }) {
  const words = useWords();
  const label = {
    pending: words.tickPending,
    sent: words.tickSent,
    delivered: words.tickDelivered,
    read: words.tickRead,
  }[status];
  return (
    <svg
      role="img"
      aria-label={label}
      width="17"
      height="12"
      viewBox="0 0 17 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={status === "read" ? "text-tick-read" : ""}
    >
      <title>{label}</title>
      {status === "pending" && <path d="M8.5 1.5a4.5 4.5 0 1 0 .01 0ZM8.5 3.5V6l1.6 1.2" />}
      {status === "sent" && <path d="m4 6.5 3 3 6-7" />}
      {(status === "delivered" || status === "read") && <path d="m1 6.5 3 3 6-7M7.6 8.2 9 9.5l6-7" />}
    </svg>
  );
}
