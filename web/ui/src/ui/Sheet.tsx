import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";

/**
 * A panel over the page, from the right or from below. It traps focus and closes with Escape.
 * Radix's own overlay is left out on purpose: it writes a style element, which the pages' policy forbids.
 */
export function Sheet({
  open,
  onOpenChange,
  title,
  description,
  closeLabel,
  from = "right",
  container,
  wide = false,
  className = "",
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  closeLabel: string;
  from?: "right" | "bottom" | "centre";
  /** Where the sheet lives; the page when absent. A container must be positioned. */
  container?: HTMLElement | null;
  wide?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const position = container ? "absolute" : "fixed";
  const place = {
    right: `inset-y-0 right-0 w-full ${wide ? "max-w-3xl" : "max-w-md"} animate-slide border-l`,
    bottom: "inset-x-0 bottom-0 max-h-[80%] animate-rise rounded-t-2xl border-t",
    centre: "inset-x-4 top-[10vh] mx-auto max-h-[80vh] max-w-md animate-rise rounded-xl border",
  }[from];
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal container={container ?? null}>
        <div aria-hidden className={`${position} inset-0 z-40 animate-fade bg-shade`} />
        <Dialog.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          className={`${position} ${place} z-40 flex flex-col border-line bg-surface text-text float outline-none ${className}`}
        >
          <header className="flex items-center gap-3 py-3 pr-3 pl-4">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="truncate font-semibold text-title">{title}</Dialog.Title>
              {description && <Dialog.Description className="text-muted text-meta">{description}</Dialog.Description>}
            </div>
            <Dialog.Close
              aria-label={closeLabel}
              title={closeLabel}
              className="inline-flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-sunken pointer-coarse:size-11"
            >
              <X aria-hidden className="size-[18px]" />
            </Dialog.Close>
          </header>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
