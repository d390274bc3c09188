import { type LucideIcon, RotateCw, TriangleAlert, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "./Button";

/** True once a wait has lasted 150 ms: a skeleton that flashes is worse than none. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) {
      setSlow(false);
      return;
    }
    const timer = setTimeout(() => setSlow(true), 150);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && slow;
}

/** A grey block in the place of something that is loading. */
export function Bone({ className = "" }: { className?: string }) {
  return <div aria-hidden className={`animate-breathe rounded-md bg-line ${className}`} />;
}

/** Says what will appear here and what to do for it. */
export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-6 text-center">
      <Icon aria-hidden className="size-6 text-muted" />
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-80 text-muted">{children}</div>}
    </div>
  );
}

/** Says what failed, what to do about it, and tries again. */
export function Problem({
  title,
  cure,
  retry,
  onRetry,
}: {
  title: string;
  cure: string;
  retry: string;
  onRetry: () => void;
}) {
  return (
    <div role="alert" className="flex h-full flex-col items-center justify-center gap-2 p-6 text-center">
      <TriangleAlert aria-hidden className="size-6 text-danger" />
      <p className="font-medium">{title}</p>
      <p className="max-w-96 text-muted">{cure}</p>
      <Button icon={RotateCw} onClick={onRetry} className="mt-1">
        {retry}
      </Button>
    </div>
  );
}

/** A strip across the top while the line is down. */
export function OfflineStrip({ text }: { text: string }) {
  return (
    <div role="status" className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-1.5 text-warn">
      <WifiOff aria-hidden className="size-4" />
      {text}
    </div>
  );
}
