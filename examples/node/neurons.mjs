// The neurons that contribute most to a model's next word: node neurons.mjs model.gguf "The capital of France is"
import { formatNeuron, mostActive, openModel, readActivations } from 'h-neurons/node';

const [path, text] = process.argv.slice(2);
const model = await openModel(path);
const { positions } = await readActivations(model, { kind: 'raw', text });
for (const neuron of mostActive(positions[0].cett, model.layout, 5)) console.log(formatNeuron(neuron));
await model.close();
