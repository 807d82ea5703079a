import { type Command, Option } from 'commander';
import { parseIds } from '../node/prompt-options.ts';
import { type ActivationsOptions, runActivations } from './activations.ts';
import { type GenerateOptions, runGenerate } from './generate.ts';
import { runInspect } from './inspect.ts';
import { number, positive, print, withModel } from './shared.ts';
import { activationsText, generateText, inspectText } from './text-output.ts';

/** Options that every command with a model and a prompt has. */
function withPrompt(command: Command): Command {
  return withModel(command)
    .option('--prompt <text>', 'the question')
    .option('--system <text>', "the system text; without it the template's own")
    .option('--raw', 'take the prompt as it stands, without the chat template')
    .option(
      '--control-tokens',
      'with --raw: read control tokens such as <|im_end|> where the prompt has them, in place of their letters',
    )
    .option('--ids <ids>', 'token ids in place of a prompt, like 1,2,3', parseIds)
    .option('--neuron <names...>', 'neurons to scale, as LAYER:NEURON or LAYER:NEURON=FACTOR')
    .option('--neurons <file>', 'a neuron set (JSON)')
    .option('--scale <factor>', 'factor of the named neurons', number, 1)
    .option('--dense', "hold an export's quantised weights as float32, which CPUs compute with faster")
    .option('--json', 'print JSON');
}

/** Commands that look into a model and ask it. */
export function addModel(root: Command): void {
  root
    .command('inspect')
    .argument('<path>', 'a GGUF file, an ONNX file, or the folder of an ONNX export')
    .description('say what a model holds and where its down projections are')
    .option('--json', 'print JSON')
    .action(async (path: string, options: { json?: boolean }) =>
      print(await runInspect(path), options.json, inspectText),
    );
  withPrompt(root.command('generate'))
    .description('answer a prompt, unsteered and, where neurons are named, steered and with a random control')
    .addOption(
      new Option('--scope <scope>', 'where the factors apply')
        .choices(['everywhere', 'answer'])
        .default('everywhere'),
    )
    .option('--max-tokens <count>', 'tokens of an answer at most', positive, 64)
    .option('--temperature <t>', '0 is greedy', number, 0)
    .option('--top-k <k>', '0 keeps all', number, 0)
    .option('--top-p <p>', '1 keeps all', number, 1)
    .option('--repetition-penalty <r>', '1 changes nothing', number, 1)
    .option('--seed <seed>', 'of the sampling', number, 1)
    .option('--control-seed <seed>', 'of the random control', number, 1)
    .action(async (options: GenerateOptions & { json?: boolean }) =>
      print(await runGenerate(options), options.json, generateText),
    );
  withPrompt(root.command('activations'))
    .description('what the neurons do at the last position, and the likeliest next tokens')
    .option('--answer <text>', 'an answer that is read behind the prompt')
    .option('--top <count>', 'neurons a layer, and next tokens', positive, 10)
    .option('--logits', 'all logits of the last position')
    .option('--all', 'z, CETT and the output norm of every layer')
    .action(async (options: ActivationsOptions & { json?: boolean }) =>
      print(await runActivations(options), options.json, activationsText),
    );
}
