// The whole model as one picture: the stream as wide as it is long, and what every part adds to it. Its numbers stand in the table beside it.
import { formatLogit, formatProbability } from '../../lib/format.ts';
import { cx } from '../../ui/controls/cx.ts';
import { NORM_NAMES, SHORT_MIXERS } from '../shared/modelWords.ts';
import type { LayerFacts, PartFacts, Station } from './facts.ts';
import { type Box, type FlowLayout, halfWidth, pulseAt } from './layout.ts';
import styles from './Picture.module.css';
import { type Told, tokenFace } from './words.ts';

interface PictureProps {
  told: Told;
  layout: FlowLayout;
  stations: readonly Station[];
  /** Index of the station with the pulse. */
  at: number;
  label: string;
  onPick: (station: number) => void;
}

/** Characters of a token that have room in a box, and at least beside a layer. */
const [FACE, LEAST] = [8, 3];
/** Of a character, px, with a hair to spare. */
const CHARACTER = 6.8;

const short = (words: string, most = FACE): string => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

/** What a layer would say: the share whole, the token as far as there is room. */
function Says({
  layout,
  y,
  face,
  share,
  reached,
}: {
  layout: FlowLayout;
  y: number;
  face: string;
  share: string;
  reached: boolean;
}) {
  const room = Math.floor((layout.width - layout.words) / CHARACTER) - share.length - 1;
  return (
    <text className={cx(styles.says, reached && styles.reached)} x={layout.words} y={y}>
      {short(face, Math.max(LEAST, room))} <tspan className={styles.share}>{share}</tspan>
    </text>
  );
}

/** The stream between two heights: as wide as it is long, as strong in colour as it points to its end. */
function Stream({
  layout,
  from,
  to,
  norms,
  near,
  most,
}: {
  layout: FlowLayout;
  from: number;
  to: number;
  norms: readonly [number, number];
  near: number;
  most: number;
}) {
  const [a, b] = [halfWidth(norms[0], most), halfWidth(norms[1], most)];
  const x = layout.spine;
  return (
    <path
      className={styles.stream}
      style={{ '--near': `${Math.round(25 + 75 * Math.max(0, near || 0))}%` }}
      d={`M${x - a} ${from}L${x - b} ${to}H${x + b}L${x + a} ${from}Z`}
    />
  );
}

interface BlockProps {
  box: Box;
  name: string;
  current: boolean;
  passed: boolean;
  onPick: () => void;
  part?: PartFacts;
  most?: number;
}

function Block({ box, name, current, passed, onPick, part, most = 0 }: BlockProps) {
  const share = part && most > 0 ? part.norm / most : 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the slider above goes to every part by keys.
    <g className={cx(styles.block, current && styles.current, passed && styles.passed)} onClick={onPick}>
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={4} />
      {part && (
        <rect className={styles.added} x={box.x} y={box.y} width={box.width * share} height={box.height} rx={4} />
      )}
      <text x={box.x + 6} y={box.y + 15}>
        {name}
      </text>
      {part && (
        <text className={styles.number} x={box.x + box.width - 6} y={box.y + 15}>
          {formatLogit(part.norm)}
        </text>
      )}
    </g>
  );
}

/** What a part reads from the stream and writes to it. */
function Wire({ from, to, y, part, most }: { from: number; to: number; y: number; part: PartFacts; most: number }) {
  const share = most > 0 ? part.norm / most : 0;
  return <path className={styles.wire} d={`M${from} ${y}H${to}`} style={{ strokeWidth: 1 + 5 * share }} />;
}

/** Steps from a head that looks at nothing in particular to one that looks at one token alone. */
const SHADES = 5;

/** One cell a head: the more of its attention lies on one token, the darker. A path a shade, since large models have a thousand heads. */
function Heads({ layer, box }: { layer: LayerFacts; box: Box }) {
  if (layer.heads === null) return null;
  const width = box.width / layer.heads.length;
  const [y, height, gap] = [box.y + box.height + 4, 9, width > 5 ? 1.5 : 0.5];
  const cell = (head: number) =>
    `M${box.x + head * width} ${y}h${Math.max(0.5, width - gap)}v${height}H${box.x + head * width}z`;
  const shades = Array.from({ length: SHADES }, (_, shade) =>
    (layer.heads ?? []).filter(({ look }) => Math.min(SHADES - 1, Math.floor(look.weight * SHADES)) === shade),
  );
  return (
    <>
      {shades.map(
        (heads, shade) =>
          heads.length > 0 && (
            <path
              // biome-ignore lint/suspicious/noArrayIndexKey: a shade is its number.
              key={shade}
              className={styles.head}
              style={{ '--weight': `${8 + 23 * shade}%` }}
              d={heads.map(({ look }) => cell(look.head)).join('')}
              data-heads
            />
          ),
      )}
      {layer.strongest && <path className={styles.strongest} d={cell(layer.strongest.look.head)} />}
    </>
  );
}

function LayerRow({
  told,
  layout,
  index,
  at,
  first,
  onPick,
}: {
  told: Told;
  layout: FlowLayout;
  index: number;
  at: number;
  /** Index of its first station. */
  first: number;
  onPick: (station: number) => void;
}) {
  const { facts, lens, tokenizer, model } = told;
  const [layer, row] = [facts.layers[index], layout.layers[index]];
  if (!layer || !row) return null;
  const before = index === 0 ? facts.embedded : (facts.layers[index - 1] ?? facts.embedded);
  const { most } = facts;
  const { mix, mlp } = row;
  const top = lens[index + 1];
  const middle = mix.y + mix.height / 2;
  return (
    <>
      <Stream
        layout={layout}
        from={row.y}
        to={row.end}
        norms={[before.norm, layer.norm]}
        near={layer.near}
        most={most.stream}
      />
      <Wire from={mix.x + mix.width} to={layout.spine} y={middle} part={layer.mix} most={most.part} />
      <Wire from={mlp.x} to={layout.spine} y={mlp.y + mlp.height / 2} part={layer.mlp} most={most.part} />
      <text className={styles.layer} x={0} y={mix.y + 15}>
        {index}
      </text>
      <Block
        box={mix}
        name={SHORT_MIXERS[model.mixers[index] ?? 'attention']}
        part={layer.mix}
        most={most.part}
        current={at === first}
        passed={at > first}
        onPick={() => onPick(first)}
      />
      <Heads layer={layer} box={mix} />
      <Block
        box={mlp}
        name="MLP"
        part={layer.mlp}
        most={most.part}
        current={at === first + 1}
        passed={at > first + 1}
        onPick={() => onPick(first + 1)}
      />
      {top && (
        <Says
          layout={layout}
          y={row.end - 11}
          face={tokenFace(tokenizer, top.id)}
          share={formatProbability(Math.exp(top.logprob))}
          reached={at > first}
        />
      )}
    </>
  );
}

export function Picture({ told, layout, stations, at, label, onPick }: PictureProps) {
  const { facts, model, tokenizer, ids } = told;
  const station = stations[at];
  const pulse = station && pulseAt(layout, station);
  const last = stations.length - 1;
  const end = facts.layers.at(-1) ?? facts.embedded;
  const begins = layout.layers[0]?.y ?? layout.norm.y;
  const input = ids.at(-1);
  return (
    <svg className={styles.picture} width={layout.width} height={layout.height} role="img" aria-label={label}>
      <Stream
        layout={layout}
        from={layout.embedding.y + layout.embedding.height}
        to={begins}
        norms={[facts.embedded.norm, facts.embedded.norm]}
        near={facts.embedded.near}
        most={facts.most.stream}
      />
      <Stream
        layout={layout}
        from={layout.norm.y - 8}
        to={layout.head.y + layout.head.height}
        norms={[end.norm, end.norm]}
        near={1}
        most={facts.most.stream}
      />
      <Block
        box={layout.embedding}
        name={`embed ${input === undefined ? '' : short(tokenFace(tokenizer, input))}`}
        current={at === 0}
        passed={at > 0}
        onPick={() => onPick(0)}
      />
      {facts.layers.map((_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its number.
        <LayerRow key={i} told={told} layout={layout} index={i} at={at} first={1 + 2 * i} onPick={onPick} />
      ))}
      <Block
        box={layout.norm}
        name={NORM_NAMES[model.anatomy.norm]}
        current={at === last - 1}
        passed={at > last - 1}
        onPick={() => onPick(last - 1)}
      />
      <Block box={layout.head} name="head" current={at === last} passed={false} onPick={() => onPick(last)} />
      {pulse && (
        <circle
          className={styles.pulse}
          r={7}
          style={{ transform: `translate(${pulse.x}px, ${pulse.y}px)` }}
          data-pulse
        />
      )}
    </svg>
  );
}
