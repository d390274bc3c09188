import type { LucideIcon } from "lucide-react";
import { Tooltip } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";

type Kind = "primary" | "plain" | "quiet" | "danger";

const kinds: Record<Kind, string> = {
  primary: "bg-accent text-on-accent hover:opacity-90",
  plain: "border border-line bg-raised text-text hover:border-line-strong",
  quiet: "text-text hover:bg-sunken",
  danger: "border border-line bg-raised text-danger hover:border-danger",
};

/** A button with words. At least 32 px high, 44 px where a finger points. */
export function Button({
  kind = "plain",
  icon: Icon,
  className = "",
  children,
  ...rest
}: ComponentProps<"button"> & { kind?: Kind; icon?: LucideIcon }) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex min-h-8 items-center justify-center gap-2 rounded-md px-3 font-medium whitespace-nowrap transition-colors disabled:opacity-50 pointer-coarse:min-h-11 ${kinds[kind]} ${className}`}
    >
      {Icon && <Icon aria-hidden className="size-4 shrink-0" />}
      {children}
    </button>
  );
}

/** A button with a picture only; its label is spoken, and shown on hover and focus. */
export function IconButton({
  icon: Icon,
  label,
  className = "",
  side = "bottom",
  ...rest
}: ComponentProps<"button"> & { icon: LucideIcon; label: string; side?: "top" | "bottom" | "left" | "right" }) {
  return (
    <Hint label={label} side={side}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md transition-colors hover:bg-sunken disabled:opacity-50 pointer-coarse:size-11 ${className}`}
      >
        <Icon aria-hidden className="size-[18px]" />
      </button>
    </Hint>
  );
}

/** Shows a label beside what is hovered or focused. */
export function Hint({
  label,
  side = "bottom",
  children,
}: {
  label: ReactNode;
  side?: "top" | "bottom" | "left" | "right";
  children: ReactNode;
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="animate-fade z-50 max-w-72 rounded-md bg-text px-2 py-1 text-meta text-bg float"
        >
          {label}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
