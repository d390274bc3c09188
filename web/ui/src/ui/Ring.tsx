/** A thin ring that empties: amber under 2 h, red under 30 min, a broken grey ring when nothing is left. */
export function Ring({ left, total = 86_400_000, size = 14 }: { left: number; total?: number; size?: number }) {
  const radius = (size - 2) / 2;
  const round = 2 * Math.PI * radius;
  const share = Math.max(0, Math.min(1, left / total));
  const tone = left < 1_800_000 ? "text-danger" : left < 7_200_000 ? "text-warn" : "text-ok";
  const centre = size / 2;
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox={`0 0 ${size} ${size}`} className="shrink-0">
      <circle
        cx={centre}
        cy={centre}
        r={radius}
        fill="none"
        strokeWidth="2"
        className="stroke-line"
        strokeDasharray={share ? undefined : "2 2"}
      />
      {share > 0 && (
        <circle
          cx={centre}
          cy={centre}
          r={radius}
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
          strokeDasharray={`${round * share} ${round}`}
          transform={`rotate(-90 ${centre} ${centre})`}
          className={tone}
        />
      )}
    </svg>
  );
}
