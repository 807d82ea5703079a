import { node } from '../onnx/builders.ts';
import { type Build, MICROSOFT } from './graph-build.ts';
import { linear, linearPart } from './linear.ts';

/** The activation function of a family, by its name in the config; returns the name of the result. */
const ACTIVATIONS = {
  silu(build: Build, x: string): string {
    build.nodes.push(node('Sigmoid', [x], [`${x}.sigmoid`]), node('Mul', [x, `${x}.sigmoid`], [`${x}.silu`]));
    return `${x}.silu`;
  },
  gelu(build: Build, x: string): string {
    build.nodes.push(node('FastGelu', [x], [`${x}.gelu`], {}, MICROSOFT));
    return `${x}.gelu`;
  },
};

/** The gated MLP of a layer, down(activation(gate(x)) * up(x)); returns its output. */
export async function mlp(build: Build, layer: number, x: string): Promise<string> {
  const { hidden, width, family } = build.config;
  const at = `layers.${layer}.mlp`;
  const part = (name: string, k: number, n: number) => [linearPart(build, `blk.${layer}.${name}`, k, n)];
  await linear(build, x, `${at}.gate`, part('ffn_gate', hidden, width), hidden);
  await linear(build, x, `${at}.up`, part('ffn_up', hidden, width), hidden);
  const gate = ACTIVATIONS[family.activation](build, `${at}.gate`);
  build.nodes.push(node('Mul', [gate, `${at}.up`], [`${at}.gated`]));
  await linear(build, `${at}.gated`, `${at}.down`, part('ffn_down', width, hidden), width);
  return `${at}.down`;
}
