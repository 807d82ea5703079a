const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.addEventListener('message', ({ data }) => {
  if (data.token) document.getElementById('answer').append(data.token);
  if (data.finish) document.querySelector('[role=status]').textContent = `The answer ended: ${data.finish}`;
});
const model = new URL('./model.gguf', location.href).href;
worker.postMessage({ model, question: 'What is the capital of France?' });
