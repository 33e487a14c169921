// What every op reads and writes, in one place: rewrites and the allocation of buffers ask here.

import type { Op, RmsNorm, ValueName, View } from './graph.ts';

/** The values an op reads, one entry per operand: a value used twice is listed twice. */
export function valuesRead(op: Op): ValueName[] {
  switch (op.op) {
    case 'embedding':
      return op.residual === undefined ? [] : [op.residual];
    case 'add':
      return [op.a, op.b];
    case 'layernorm':
    case 'bias':
    case 'activation':
    case 'gated':
    case 'scale':
    case 'mask':
      return [op.x];
    case 'rmsnorm':
      return op.residual === undefined ? [op.x.value] : [op.x.value, op.residual];
    case 'rotary':
      return op.kv === undefined ? [op.x.value] : [op.x.value, op.kv.v.value];
    case 'linear':
      return op.residual === undefined ? [op.x] : [op.x, op.residual];
    case 'gate':
      return [op.x, op.gate.value];
    case 'kv_append':
      return [op.k.value, op.v.value];
    case 'attention':
    case 'attention_weights':
      return [op.q.value];
    case 'conv_append':
      return op.gate === undefined ? [op.x.value] : [op.x.value, op.gate.value];
    case 'short_conv':
      return op.gate === undefined ? [] : [op.gate.value];
    case 'state_conv':
      return [op.x.value];
    case 'delta_rule':
      return [op.x, op.decay.value, op.rate.value];
    default:
      return op satisfies never;
  }
}

/** The value an op writes, or null: `kv_append` and `conv_append` write to the pool alone. */
export function valueWritten(op: Op): ValueName | null {
  return op.op === 'kv_append' || op.op === 'conv_append' ? null : op.out;
}

/** The weights an op reads, by name. */
export function weightsRead(op: Op): string[] {
  switch (op.op) {
    case 'embedding':
      return [op.table];
    case 'layernorm':
      return [op.weight, op.bias];
    case 'linear':
      return op.bias === undefined ? [op.weight] : [op.weight, op.bias];
    case 'rmsnorm':
      return op.weight === undefined ? [] : [op.weight];
    case 'rotary':
      return op.norm?.weight === undefined ? [] : [op.norm.weight];
    case 'bias':
      return [op.bias];
    case 'add':
    case 'activation':
    case 'gate':
    case 'gated':
    case 'scale':
    case 'mask':
    case 'kv_append':
    case 'attention':
    case 'attention_weights':
    case 'conv_append':
      return [];
    case 'short_conv':
      return op.bias === undefined ? [op.weight] : [op.weight, op.bias];
    case 'state_conv':
      return [op.weight];
    case 'delta_rule':
      return [op.a_log, op.dt_bias];
    default:
      return op satisfies never;
  }
}

/** The same op on values of other names: `read` names its operands, `written` its result. */
export function renamed(op: Op, read: (value: ValueName) => ValueName, written = (value: ValueName) => value): Op {
  const seen = (view: View) => viewOf(view, read);
  switch (op.op) {
    case 'embedding':
      return { ...op, ...(op.residual !== undefined && { residual: read(op.residual) }), out: written(op.out) };
    case 'add':
      return { ...op, a: read(op.a), b: read(op.b), out: written(op.out) };
    case 'layernorm':
    case 'bias':
    case 'activation':
    case 'gated':
    case 'scale':
    case 'mask':
      return { ...op, x: read(op.x), out: written(op.out) };
    case 'gate':
      return { ...op, x: read(op.x), gate: seen(op.gate), out: written(op.out) };
    case 'rmsnorm': {
      const residual = op.residual === undefined ? {} : { residual: read(op.residual) };
      return { ...op, ...residual, x: seen(op.x), out: written(op.out) };
    }
    case 'rotary': {
      const kv = op.kv === undefined ? {} : { kv: { ...op.kv, v: seen(op.kv.v) } };
      return { ...op, ...kv, x: seen(op.x), out: written(op.out) };
    }
    case 'linear': {
      const residual = op.residual === undefined ? {} : { residual: read(op.residual) };
      return { ...op, ...residual, x: read(op.x), out: written(op.out) };
    }
    case 'kv_append':
      return { ...op, k: seen(op.k), v: seen(op.v) };
    case 'attention':
    case 'attention_weights':
      return { ...op, q: seen(op.q), out: written(op.out) };
    case 'conv_append':
      return { ...op, ...gated(op, read), x: seen(op.x) };
    case 'short_conv':
      return { ...op, ...gated(op, read), out: written(op.out) };
    case 'state_conv':
      return { ...op, x: seen(op.x), out: written(op.out) };
    case 'delta_rule': {
      const views = { decay: seen(op.decay), rate: seen(op.rate) };
      return { ...op, ...views, x: read(op.x), out: written(op.out) };
    }
    default:
      return op satisfies never;
  }
}

const viewOf = (view: View, read: (value: ValueName) => ValueName): View => ({ ...view, value: read(view.value) });

function gated({ gate }: { readonly gate?: View }, read: (value: ValueName) => ValueName): { readonly gate?: View } {
  return gate === undefined ? {} : { gate: viewOf(gate, read) };
}

/** The widths of a norm's groups, side by side in a row of `width` columns. */
export function groupWidths({ group, tail }: Pick<RmsNorm, 'group' | 'tail'>, width: number): number[] {
  const whole = Array.from({ length: Math.floor(width / group) }, () => group);
  return tail === undefined ? whole : [...whole, tail];
}
