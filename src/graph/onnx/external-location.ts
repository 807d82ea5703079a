import type { TensorProto } from './onnx_pb.ts';

/** Where an external tensor lies. */
export interface ExternalLocation {
  readonly location: string;
  readonly offset: number;
  /** Undefined: as long as the tensor. */
  readonly length?: number;
}

/** A whole number as it is written in decimal; NaN for anything else. */
const wholeNumber = (text: string) => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN);

/** The location of an external tensor's data; undefined for a tensor that holds its own. */
export function externalLocation(tensor: TensorProto): ExternalLocation | undefined {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  if (location === undefined) return undefined;
  const length = entries.get('length');
  return {
    location,
    offset: wholeNumber(entries.get('offset') ?? '0'),
    length: length === undefined ? undefined : wholeNumber(length),
  };
}
