import { clone, create } from '@bufbuild/protobuf';
import { EngineError } from '../../lib/errors.ts';
import { attr, node, valueInfo } from './builders.ts';
import type { GraphEdit } from './edit.ts';
import type { GraphIndex } from './graph.ts';
import { DataType, intAttribute, type NodeProto, type ValueInfoProto } from './model.ts';
import { TensorShapeProto_DimensionSchema, ValueInfoProtoSchema } from './onnx_pb.ts';
import type { Projection } from './projections.ts';
import { tensorValues } from './tensor-data.ts';

export const logitPositions = 'logit_positions';
const picked = 'logit_states';

/** The graph's output of logits: named so, or the only one that is no cache. */
function logitsOutput(index: GraphIndex): ValueInfoProto {
  const { output } = index.graph;
  const others = output.filter(({ name }) => !name.startsWith('present'));
  const found = output.find(({ name }) => name === 'logits') ?? (others.length === 1 ? others[0] : undefined);
  if (!found || /hidden|embed|pool/i.test(found.name)) {
    throw new EngineError(
      'unsupported-model',
      'The model has no output of logits; choose an export for text generation.',
    );
  }
  return found;
}

const unary = new Set(['Cast', 'Identity', 'Tanh']);
const withConstant = new Set(['Mul', 'Div', 'Add', 'Sub']);

/** The language-model head behind the logits (scaling, soft-capping and casts may follow it) and the values from it to them. */
function findHead(index: GraphIndex, projections: ReadonlyMap<string, Projection>, logits: string) {
  const path: string[] = [];
  let name = logits;
  for (let depth = 0; depth < 12; depth++) {
    path.push(name);
    const head = projections.get(name);
    if (head) return { head, path };
    const maker = index.producer(name);
    if (!maker) return undefined;
    const varying = maker.input.filter((input) => !index.isConstant(input));
    const passes = unary.has(maker.opType) || withConstant.has(maker.opType);
    if (!passes || varying.length !== 1 || varying[0] === undefined) return undefined;
    name = varying[0];
    if (index.consumers(name).length !== 1 || index.isOutput(name)) return undefined;
  }
  return undefined;
}

function pickedAxis(index: GraphIndex, maker: NodeProto): number | undefined {
  if (maker.opType === 'Gather') return intAttribute(maker, 'axis', 0);
  const axes = maker.opType === 'Slice' ? index.constant(maker.input[3] ?? '') : undefined;
  return axes && axes.dims.length === 1 && axes.dims[0] === 1n ? tensorValues(axes, [])[0] : undefined;
}

/** The head's input at all positions: the value before an export's own choice of positions (the last, as a rule), if it makes one. */
function allPositions(index: GraphIndex, activation: string): string {
  let name = activation;
  for (let depth = 0; depth < 3; depth++) {
    const maker = index.producer(name);
    const [data = '', choice = ''] = maker?.input ?? [];
    if (!maker || !index.isConstant(choice)) break;
    if (maker.opType !== 'Unsqueeze' && pickedAxis(index, maker) !== 1) break;
    name = data;
  }
  return index.rank(name) === 3 ? name : activation;
}

function withPositions(info: ValueInfoProto): ValueInfoProto {
  const copy = clone(ValueInfoProtoSchema, info);
  const shape = copy.type?.value.case === 'tensorType' ? copy.type.value.value.shape : undefined;
  if (shape?.dim.length === 3) {
    shape.dim[1] = create(TensorShapeProto_DimensionSchema, {
      value: { case: 'dimParam', value: 'logit_count' },
    });
  }
  return copy;
}

/**
 * Lets only the positions of the new input `logit_positions` (int64 [n]) reach the language-model head, so that the
 * logits come out as [lanes, n, vocabulary]; where no head is found, the logits themselves are picked.
 */
export function pickLogits(
  index: GraphIndex,
  edit: GraphEdit,
  projections: ReadonlyMap<string, Projection>,
): void {
  const output = logitsOutput(index);
  edit.addInput(valueInfo(logitPositions, DataType.INT64, ['logit_count']));
  edit.replaceOutput(withPositions(output));
  const found = findHead(index, projections, output.name);
  const states = found && allPositions(index, found.head.activation);
  if (found && states === found.head.activation && pickQuantized(index, edit, found.head)) {
    edit.forgetShapes([...found.path, ...found.head.node.output]);
    return;
  }
  if (found && states !== undefined && index.rank(states) === 3 && headIsAlone(index, found.head)) {
    const { entry, activation } = found.head;
    edit.before(entry, node('Gather', [states, logitPositions], [picked], { axis: attr.int(1) }));
    const reader = edit.rewrite(entry);
    reader.input = reader.input.map((input) => (input === activation ? picked : input));
    edit.forgetShapes([...found.path, ...entry.output, ...found.head.node.output]);
    return;
  }
  const maker = index.producer(output.name);
  if (!maker)
    throw new EngineError('unsupported-model', 'The logits of the model are not computed in its graph.');
  const all = `${output.name}_all`;
  const rewritten = edit.rewrite(maker);
  rewritten.output = rewritten.output.map((name) => (name === output.name ? all : name));
  for (const reader of index.consumers(output.name)) {
    const copy = edit.rewrite(reader);
    copy.input = copy.input.map((input) => (input === output.name ? all : input));
  }
  edit.append(
    node('Gather', [all, logitPositions], [output.name], { axis: attr.int(1) }, { name: 'pick_logits' }),
  );
}

/**
 * Picks positions behind a head's quantiser, whose range stays that of all positions as in the export. False for other
 * heads.
 */
function pickQuantized(
  index: GraphIndex,
  edit: GraphEdit,
  { entry, node: own, activation }: Projection,
): boolean {
  if (index.rank(activation) !== 3) return false;
  const gather = (quantized: string) =>
    node('Gather', [quantized, logitPositions], [picked], { axis: attr.int(1) });
  if (own.opType === 'DynamicQuantizeMatMul') {
    const parts = ['codes', 'scale', 'zero'].map((part) => `${picked}.${part}`);
    const [codes = '', scale = '', zero = ''] = parts;
    edit.before(own, node('DynamicQuantizeLinear', [activation], parts), gather(codes));
    const product = edit.rewrite(own);
    const [, weight = '', weightScale = '', weightZero = '', bias = ''] = own.input;
    product.opType = 'MatMulIntegerToFloat';
    product.input = [picked, weight, scale, weightScale, zero, weightZero, bias];
    while (product.input.at(-1) === '') product.input.pop();
    return true;
  }
  const [quantized = ''] = entry.output;
  if (entry.opType !== 'DynamicQuantizeLinear') return false;
  edit.before(own, gather(quantized));
  const reader = edit.rewrite(own);
  reader.input = reader.input.map((input) => (input === quantized ? picked : input));
  return true;
}

/** False where a quantiser feeds more than the head. */
function headIsAlone(index: GraphIndex, { entry, node: own, users }: Projection): boolean {
  return (
    entry === own ||
    entry.output.every((value) => index.consumers(value).every((reader) => users.includes(reader)))
  );
}
