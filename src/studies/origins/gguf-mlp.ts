import { dequantise } from '../../graph/gguf/dequantise.ts';
import { readGguf } from '../../graph/gguf/file.ts';
import { llamaConfig } from '../../graph/gguf/llama-config.ts';
import { downProjectionError } from '../../graph/gguf/rounding.ts';
import type { GgufFile, GgufTensor } from '../../graph/gguf/types.ts';
import type { ByteSource } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';
import { ggufIdentity } from '../../model/gguf-identity.ts';
import { hashWhileRead } from '../../model/weights-hash.ts';
import type { MlpMatrix, MlpWeights, ModuleName } from './mlp-weights.ts';

const TENSORS: Readonly<Record<ModuleName, string>> = { gate: 'ffn_gate', up: 'ffn_up', down: 'ffn_down' };

/** A tensor as rows of `dims[0]` weights; every row is a whole number of blocks. */
function matrixOf(
  { source }: GgufFile,
  { offset, byteLength, type }: GgufTensor,
  shape: Omit<MlpMatrix, 'read'>,
): MlpMatrix {
  const rowBytes = byteLength / shape.rows;
  return {
    ...shape,
    async read(first, count) {
      const bytes = await source.read(offset + first * rowBytes, count * rowBytes);
      const values = new Float32Array(count * shape.columns);
      dequantise(type, bytes, values);
      return values;
    },
  };
}

/**
 * The MLP weights of a GGUF file, or of all files of a model that is split; rows are read where they are wanted.
 * @throws EngineError where the file or its architecture does not fit, or a tensor has another shape than the file says
 */
export async function ggufMlp(source: ByteSource | readonly ByteSource[]): Promise<MlpWeights> {
  const stored = await readGguf(source);
  const { file, finish } = await hashWhileRead(stored);
  const { architecture, layers, hidden, width } = llamaConfig(file);
  return {
    name: file.source.name.replace(/^.*[/\\]/, '').replace(/\.gguf$/i, ''),
    format: 'GGUF',
    architecture,
    fingerprint: await fingerprintOf(stored),
    widths: Array.from({ length: layers }, () => width),
    hidden,
    modules: ['gate', 'up', 'down'],
    async matrix(layer, module) {
      const name = `blk.${layer}.${TENSORS[module]}.weight`;
      const tensor = file.tensors.get(name);
      const [columns, rows] = module === 'down' ? [width, hidden] : [hidden, width];
      if (tensor?.dims.join() !== [columns, rows].join())
        throw new EngineError(
          'unsupported-model',
          `The tensor "${name}" of ${file.source.name} has the shape ${tensor?.dims.join(' x ')}, not ${columns} x ${rows}.`,
        );
      return matrixOf(file, tensor, { rows, columns, neuronsAre: module === 'down' ? 'columns' : 'rows' });
    },
    roundingError: async () => downProjectionError(file),
    identity: async (signal) => ggufIdentity(stored, await finish(signal)),
  };
}
