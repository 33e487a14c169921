// Every kernel: which files its module joins, which buffers it binds and which constants it needs.
//
// A binding's place in the list is its number in the shader. The house test holds this table against the WGSL.

export type ConstType = 'u32' | 'f32' | 'bool';

/** How a matrix is stored on the GPU; arithmetic is f32 always. */
export type Storage = 'f32' | 'f16' | 'bf16';

export interface Binding {
  readonly name: string;
  readonly access: 'read' | 'read_write';
}

export interface KernelSpec {
  /** Files joined before the kernel's own, in order. `weights` stands for `weights_<storage>`. */
  readonly parts: readonly string[];
  readonly bindings: readonly Binding[];
  readonly consts: Readonly<Record<string, ConstType>>;
  readonly enable?: 'subgroups';
}

const reads = (...names: string[]): Binding[] => names.map(name => ({ name, access: 'read' }));
const writes = (...names: string[]): Binding[] => names.map(name => ({ name, access: 'read_write' }));

const LINEAR = {
  parts: ['step', 'weights', 'activations', 'epilogue'],
  bindings: [...reads('current', 'weights', 'x', 'bias', 'residual'), ...writes('output', 'kv')],
  consts: {
    ROWS: 'u32',
    K4: 'u32',
    ROW0: 'u32',
    X_BY_SLOT: 'bool',
    OUT_STRIDE: 'u32',
    HAS_BIAS: 'bool',
    ACTIVATION: 'u32',
    HAS_RESIDUAL: 'bool',
    HAS_KV: 'bool',
    KV_FROM: 'u32',
    KV_STRIDE: 'u32',
  },
} as const satisfies KernelSpec;
const LINEAR_SIZED = { ...LINEAR, consts: { ...LINEAR.consts, WORKGROUP: 'u32' } } as const satisfies KernelSpec;

const LAYERNORM = {
  parts: ['step'],
  bindings: [...reads('current', 'x', 'weight', 'bias'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', EPS: 'f32', OUT_BY_SLOT: 'bool' },
} as const satisfies KernelSpec;

const ATTENTION = {
  parts: ['step'],
  bindings: [...reads('current', 'q', 'kv', 'slots'), ...writes('output')],
  consts: {
    WORKGROUP: 'u32',
    NH: 'u32',
    KVH: 'u32',
    HS: 'u32',
    N_CTX: 'u32',
    SCALE: 'f32',
    Q_STRIDE: 'u32',
    Q_OFFSET: 'u32',
    KV_STRIDE: 'u32',
    OUT_STRIDE: 'u32',
  },
} as const satisfies KernelSpec;

const TRANSPOSE = {
  parts: [],
  bindings: [...reads('source'), ...writes('output')],
  consts: { IN: 'u32', FROM_STRIDE: 'u32', TO_STRIDE: 'u32', FROM_ROW: 'u32', TO_ROW: 'u32', ROWS: 'u32' },
} as const satisfies KernelSpec;

export const KERNELS = {
  embedding: {
    parts: ['step', 'weights'],
    bindings: [...reads('current', 'weights', 'residual'), ...writes('output')],
    consts: { WORKGROUP: 'u32', ROWS: 'u32', K4: 'u32', ROW0: 'u32', BY_POSITION: 'bool', HAS_RESIDUAL: 'bool' },
  },
  linear_naive: LINEAR_SIZED,
  linear_row: LINEAR_SIZED,
  linear_row_workgroup: LINEAR_SIZED,
  linear_row_subgroup: { ...LINEAR_SIZED, enable: 'subgroups' },
  linear_tile: LINEAR_SIZED,
  linear_tile_workgroup: LINEAR,
  layernorm: LAYERNORM,
  layernorm_workgroup: LAYERNORM,
  attention_naive: ATTENTION,
  attention: ATTENTION,
  attention_workgroup: ATTENTION,
  attention_weights: ATTENTION,
  kv_append: {
    parts: ['step'],
    bindings: [...reads('current', 'k', 'v'), ...writes('kv')],
    consts: {
      WORKGROUP: 'u32',
      WIDTH: 'u32',
      K_STRIDE: 'u32',
      K_OFFSET: 'u32',
      V_STRIDE: 'u32',
      V_OFFSET: 'u32',
      KV_STRIDE: 'u32',
    },
  },
  add: {
    parts: ['step'],
    bindings: [...reads('current', 'a', 'b'), ...writes('output')],
    consts: { WORKGROUP: 'u32', STRIDE: 'u32' },
  },
  bias: {
    parts: ['step'],
    bindings: [...reads('current', 'x', 'vector'), ...writes('output')],
    consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32' },
  },
  activation: {
    parts: ['step', 'activations'],
    bindings: [...reads('current', 'x'), ...writes('output')],
    consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', ACTIVATION: 'u32' },
  },
  mask: {
    parts: ['step'],
    bindings: [...reads('current', 'x', 'masks', 'baselines'), ...writes('output')],
    consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', MASK: 'u32', GROUP: 'u32', BASELINE: 'u32' },
  },
  row_statistics: {
    parts: ['step'],
    bindings: [...reads('current', 'logits'), ...writes('output')],
    consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', PARTS: 'u32' },
  },
  lens_statistics: {
    parts: ['step'],
    bindings: [...reads('current', 'logits', 'final_logits'), ...writes('output')],
    consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', PARTS: 'u32' },
  },
  pinned_logits: {
    parts: ['step', 'weights'],
    bindings: [...reads('current', 'weights', 'x', 'pins'), ...writes('output')],
    consts: { WORKGROUP: 'u32', ROWS: 'u32', K4: 'u32', ROW0: 'u32', PINS: 'u32' },
  },
  attention_mean: {
    parts: ['step'],
    bindings: [...reads('current', 'x'), ...writes('output')],
    consts: { WORKGROUP: 'u32', NH: 'u32', N_CTX: 'u32', STRIDE: 'u32' },
  },
  column_mean: {
    parts: ['step'],
    bindings: [...reads('current', 'x', 'total'), ...writes('output')],
    consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', BASELINE: 'u32' },
  },
  transpose_16: TRANSPOSE,
  transpose_32: TRANSPOSE,
} as const satisfies Record<string, KernelSpec>;

export type KernelName = keyof typeof KERNELS;

/** The spec of a kernel, as the plain interface. */
export function kernelSpec(name: KernelName): KernelSpec {
  return KERNELS[name];
}

/** The activation's number in shaders/activations.wgsl; 0 is none. */
export const ACTIVATION_CODES = { gelu_new: 1, gelu: 2, relu: 3 } as const;
