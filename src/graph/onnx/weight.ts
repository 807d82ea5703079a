import type { TensorProto } from './model.ts';

/**
 * How a projection's weight W is stored.
 * - matrix: two dimensions, [inputs, outputs] or transposed [outputs, inputs]; with `quantization` the value is
 *   (q - zero point) * scale, one scale for all, for each index of `axis`, or for each block of `blockSize` along it.
 * - blocks: MatMulNBits, [outputs, blocks of inputs], `bits` a value, packed from the low bits up.
 * - bnb4: MatMulBnb4, the transposed matrix as one run of 4-bit codes (first code in the high bits), a maximum a block.
 */
export type Weight =
  | {
      readonly form: 'matrix';
      readonly tensor: TensorProto;
      readonly transposed: boolean;
      readonly quantization?: Quantization;
    }
  | {
      readonly form: 'blocks';
      readonly tensor: TensorProto;
      readonly scales: TensorProto;
      readonly zeroPoints?: TensorProto;
      readonly groupIndex?: TensorProto;
      readonly bits: number;
      readonly blockSize: number;
    }
  | {
      readonly form: 'bnb4';
      readonly tensor: TensorProto;
      readonly maxima: TensorProto;
      readonly blockSize: number;
      readonly code: 'fp4' | 'nf4';
    };

export interface Quantization {
  readonly scales: TensorProto;
  readonly zeroPoints?: TensorProto;
  readonly axis: number;
  /** 0: not in blocks. */
  readonly blockSize: number;
}
