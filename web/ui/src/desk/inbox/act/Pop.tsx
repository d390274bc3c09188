import type { LucideIcon } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useEffect, useRef } from "react";
import { Button, Hint, IconButton } from "../../../ui/Button";

/**
 * A button that opens a small panel beneath it. The key that opens it from the page is `shortcut`; with `text` the
 * button shows words, without it only its picture.
 */
export function Pop({
  open,
  onOpenChange,
  icon,
  label,
  text,
  shortcut,
  pressed = false,
  busy = false,
  onCloseFocus,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  icon: LucideIcon;
  label: string;
  text?: string;
  shortcut?: string;
  /** What the button changes holds now. */
  pressed?: boolean;
  busy?: boolean;
  /** Where the focus goes once the panel is closed; the button when absent. */
  onCloseFocus?: () => boolean;
  children: ReactNode;
}) {
  const hint = shortcut ? `${label} · ${shortcut}` : label;
  const rest = {
    "aria-keyshortcuts": shortcut,
    "aria-haspopup": "dialog" as const,
    "aria-expanded": open,
    "aria-disabled": busy,
    onClick: () => !busy && onOpenChange(!open),
  };
  const anchor = useRef<HTMLSpanElement>(null);
  const was = useRef(open);
  useEffect(() => {
    if (was.current && !open && !onCloseFocus?.() && document.activeElement === document.body) {
      anchor.current?.querySelector("button")?.focus();
    }
    was.current = open;
  }, [open, onCloseFocus]);
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Anchor asChild>
        <span ref={anchor} className="inline-flex shrink-0">
          {text ? (
            <Hint label={hint}>
              <Button icon={icon} aria-label={label} className="worded aria-disabled:opacity-50" {...rest}>
                {text}
              </Button>
            </Hint>
          ) : (
            <IconButton
              icon={icon}
              label={label}
              className={`aria-disabled:opacity-50 aria-expanded:bg-sunken ${pressed ? "text-accent" : ""}`}
              {...rest}
            />
          )}
        </span>
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          side="bottom"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          onInteractOutside={(event) => {
            // The button itself closes the panel; closing it here as well would open it again.
            if (anchor.current?.contains(event.target as Node)) event.preventDefault();
          }}
          onCloseAutoFocus={(event) => {
            if (onCloseFocus) event.preventDefault();
          }}
          className="scroll-thin z-50 flex max-h-[min(28rem,var(--radix-popover-content-available-height))] w-80 max-w-[calc(100vw-16px)] animate-rise flex-col gap-2 overflow-y-auto rounded-xl border border-line bg-raised p-3 text-text float outline-none"
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
