import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { CircleStop, Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { IconButton } from "../../../ui/Button";
import "./graph.css";
import { box, type Drawing, draw, end, fitting, type Line, opening } from "./layout";
import { type Flow, type Step, StepBox } from "./Step";
import { useWords, type Words } from "./words";

type StepNode = Node<{ step: Step }, "step">;
type EndNode = Node<Record<string, never>, "end">;
type Way = Edge<{ line: Line }, "way">;

const nodeTypes = { step: StepNodeBox, end: EndNodeBox };
const edgeTypes = { way: WayLine };

/** The flow as a picture that can be moved and zoomed. StepList says the same without one. */
export function Graph({ flow }: { flow: Flow }) {
  const words = useWords();
  const frame = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const seen = new ResizeObserver(() => setWidth(element.clientWidth));
    seen.observe(element);
    return () => seen.disconnect();
  }, []);
  const columns = fitting(width);
  const drawing = useMemo(
    () =>
      draw(
        flow.steps.map((s) => s.name),
        flow.ways,
        columns,
      ),
    [flow, columns],
  );
  return (
    <section
      ref={frame}
      aria-label={words.graph(flow.title)}
      className="relative mx-4 h-[min(34rem,70dvh)] shrink-0 overflow-hidden rounded-md border border-line bg-sunken md:mx-6"
    >
      {width > 0 && (
        <ReactFlowProvider key={columns}>
          <Picture flow={flow} drawing={drawing} width={width} height={frame.current?.clientHeight ?? 0} />
        </ReactFlowProvider>
      )}
    </section>
  );
}

function Picture({ flow, drawing, width, height }: { flow: Flow; drawing: Drawing; width: number; height: number }) {
  const words = useWords();
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const { nodes, edges } = useMemo(
    () => elements(flow, drawing, (step) => spoken(step, words)),
    [flow, drawing, words],
  );
  return (
    <ReactFlow<StepNode | EndNode, Way>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      defaultViewport={opening(drawing, width, height)}
      minZoom={0.2}
      maxZoom={2}
      translateExtent={[
        [-drawing.width, -drawing.height / 2],
        [2 * drawing.width, 1.5 * drawing.height],
      ]}
      nodesDraggable={false}
      nodesConnectable={false}
      elementsSelectable={false}
      edgesFocusable={false}
      deleteKeyCode={null}
      zoomOnScroll={false}
      zoomOnDoubleClick={false}
      preventScrolling={false}
      ariaLabelConfig={{
        "node.a11yDescription.default": words.moves,
        "node.a11yDescription.keyboardDisabled": words.moves,
      }}
      proOptions={{ hideAttribution: true }}
    >
      <svg aria-hidden className="absolute size-0">
        <title>{words.graph(flow.title)}</title>
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8z" className="fill-muted" />
          </marker>
        </defs>
      </svg>
      <Panel position="bottom-right" className="m-2 flex rounded-md border border-line bg-surface">
        <IconButton icon={ZoomOut} label={words.zoomOut} onClick={() => void zoomOut()} />
        <IconButton icon={ZoomIn} label={words.zoomIn} onClick={() => void zoomIn()} />
        <IconButton icon={Maximize} label={words.fit} onClick={() => void fitView({ padding: 0.04 })} />
      </Panel>
    </ReactFlow>
  );
}

/** A step in words, for who does not see the picture. */
function spoken({ kind, name, detail, counts }: Step, words: Words) {
  const stopped = counts.left + counts.handed + counts.expired;
  return [
    `${words.kinds[kind]}, ${name}`,
    detail,
    counts.waiting > 0 && words.here(counts.waiting),
    counts.entered > 0 && words.came(counts.entered),
    stopped > 0 && words.stopped(stopped),
  ]
    .filter(Boolean)
    .join(". ");
}

function elements(flow: Flow, drawing: Drawing, said: (step: Step) => string) {
  const steps = new Map(flow.steps.map((s) => [s.name, s]));
  const nodes = drawing.places.flatMap<StepNode | EndNode>((place) => {
    const step = steps.get(place.name);
    const common = { id: place.name, position: { x: place.x, y: place.y }, width: box.width, height: box.height };
    if (step) return [{ ...common, type: "step", data: { step }, ariaLabel: said(step) }];
    return place.name === end ? [{ ...common, type: "end", data: {}, focusable: false }] : [];
  });
  const edges = drawing.lines.map<Way>((line) => {
    const [source = "", target = ""] = line.key.split(" ");
    return { id: line.key, source, target, type: "way", data: { line }, focusable: false };
  });
  return { nodes, edges };
}

// The library draws a way only between two handles; nobody is to see or drag them.
function Handles() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className="invisible" />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="invisible" />
    </>
  );
}

function StepNodeBox({ data }: NodeProps<StepNode>) {
  return (
    <>
      <Handles />
      <StepBox step={data.step} />
    </>
  );
}

function EndNodeBox() {
  const words = useWords();
  return (
    <>
      <Handles />
      <p className="mx-auto flex w-fit items-center gap-2 rounded-full border border-line-strong bg-surface px-4 py-1 text-muted">
        <CircleStop aria-hidden className="size-4" />
        {words.end}
      </p>
    </>
  );
}

function WayLine({ data }: EdgeProps<Way>) {
  const line = data?.line;
  if (!line) return null;
  return (
    <>
      <BaseEdge
        path={line.path}
        markerEnd="url(#tip)"
        interactionWidth={0}
        strokeDasharray={line.back ? "4 3" : undefined}
      />
      {line.label && (
        <EdgeLabelRenderer>
          <span
            aria-hidden
            title={line.label}
            className="absolute max-w-56 truncate rounded-sm bg-sunken px-1 text-meta text-muted"
            style={{ transform: `translate(-50%, -50%) translate(${line.x}px, ${line.y}px)` }}
          >
            {line.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
