import { generate, openModel } from 'h-neurons';

addEventListener('message', async ({ data: { model: address, question } }) => {
  const model = await openModel(address);
  const answer = generate(model, { prompt: question, maxTokens: 24 });
  for await (const event of answer) if (event.type === 'token') postMessage({ token: event.token.text });
  const { finish } = await answer.result;
  postMessage({ finish });
});
