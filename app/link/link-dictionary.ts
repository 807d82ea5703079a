/**
 * What links of version 2 often hold, most frequent last; DEFLATE refers back to it. It is a part of the format: changing a
 * letter makes all links of version 2 unreadable.
 */
const text = [
  '","mapView":{"left":0,"width":0,"top":0,"height":0},"profile":"token","order":"weight","allNeurons":true,"quantity":"difference"',
  '"quantity":"factor","colour":"divergence","colour":"logprob","colour":"entropy","colour":"neuron","colour":"none","prompt":true,"spaces":true',
  '"hub":{"repository":"onnx-community/","revision":"main","precision":"q4","file":"onnx/model.onnx"}',
  '"mode":"raw","system":"You are a helpful assistant.","turns":[{"role":"user","content":"Write The capital of France is Paris. ',
  '"},{"role":"assistant","content":"},{"role":"user","content":""}],"question":"","maxTokens":64,"sampling":{"temperature":0.7,"topK":50,"topP":0.9,"repetitionPenalty":1.1,"seed":42}',
  '"asked":{"prompt":{"kind":"chat","system":"","turns":[{"role":"user","content":"","sampling":{"temperature":0,"topK":0,"topP":1,"repetitionPenalty":1,"seed":1},"maxTokens":64,"answerStart":[]}',
  '"pin":{"lane":1,"position":40},"card":{"layer":28,"neuron":1095},"view":{"layout":"text"}',
  '"scope":"answer","own":{"28:1095":0},"muted":["28:1095"],"solo":"28:1095","controlSeed":2,"madeFor":"","kind":"custom","kind":"active","of":[[28,1095],[3,7]],"on":false',
  '{"model":{"name":"SmolLM2-135M-Instruct","fingerprint":"5740a514591a2ef8","identity":"acc6c389984ac6605d6c8915d385c798"},"prompt":{"question":"Who was the first What is the When did Albert Einstein invent the telephone?"},',
  '"steering":{"groups":[{"id":"g1","factor":1.5,"ship":["smollm2-135m-instruct","49a2732d"]}]}}',
].join(',');

/** The dictionary's bytes. */
export function dictionary(): Uint8Array {
  return new TextEncoder().encode(text);
}
