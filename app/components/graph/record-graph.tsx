import { useMantineColorScheme } from "@mantine/core";
import { Link } from "@remix-run/react";
import dagre from "@dagrejs/dagre";
import {
  Controls,
  Handle,
  Position,
  ReactFlow,
  type ColorMode,
  type Edge,
  type Node,
  type NodeProps,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";

export interface GraphRecord {
  id: string;
  label: string;
  href: string;
  /** Below the name, one line each. */
  lines: string[];
  tone?: "good" | "bad" | "strong" | undefined;
  /** What the drawing stands at. */
  isCurrent?: boolean;
  /** Drawn above this one. */
  parentId: string | null;
}

const WIDTH = 210;
const HEIGHT = 84;
/** Those that belong to nobody stand in rows of so many. */
const PER_ROW = 4;
const GAP = 24;

type RecordNode = Node<GraphRecord & Record<string, unknown>, "record">;

function RecordCard({ data }: NodeProps<RecordNode>) {
  return (
    <div className="graph-node" data-tone={data.tone} data-current={data.isCurrent || undefined}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Link to={data.href} className="graph-link" prefetch="intent">
        {data.label}
      </Link>
      {data.lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}
const nodeTypes = { record: RecordCard };

/** Records and who stands above whom, drawn from the top down. Zoomed by wheel or buttons, walked through with Tab. */
export default function RecordGraph({ label, records }: { label: string; records: GraphRecord[] }) {
  const { colorScheme } = useMantineColorScheme();
  const { nodes, edges } = useMemo(() => lay(records), [records]);
  const colorMode: ColorMode = colorScheme === "auto" ? "system" : colorScheme;
  return (
    <div className="graph" role="region" aria-label={label}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={colorMode}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.1 }}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        preventScrolling={false}
        zoomOnScroll={false}
        proOptions={{ hideAttribution: true }}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function lay(records: readonly GraphRecord[]): { nodes: RecordNode[]; edges: Edge[] } {
  const known = new Set(records.map(({ id }) => id));
  const edges = records.flatMap(({ id, parentId }) =>
    parentId && known.has(parentId) ? [{ id: `${parentId}-${id}`, source: parentId, target: id }] : [],
  );
  const linked = new Set(edges.flatMap(({ source, target }) => [source, target]));
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: GAP, ranksep: 48 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of linked) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const { source, target } of edges) graph.setEdge(source, target);
  dagre.layout(graph);
  const bottom = Math.max(-GAP, ...[...linked].map((id) => graph.node(id).y + HEIGHT / 2));
  let alone = 0;
  const nodes = records.map((record): RecordNode => {
    const base = { id: record.id, type: "record" as const, data: { ...record }, width: WIDTH, height: HEIGHT };
    if (linked.has(record.id)) {
      const { x, y } = graph.node(record.id);
      return { ...base, position: { x: x - WIDTH / 2, y: y - HEIGHT / 2 } };
    }
    const at = alone++;
    const position = {
      x: (at % PER_ROW) * (WIDTH + GAP),
      y: bottom + 2 * GAP + Math.floor(at / PER_ROW) * (HEIGHT + GAP),
    };
    return { ...base, position };
  });
  return { nodes, edges };
}
