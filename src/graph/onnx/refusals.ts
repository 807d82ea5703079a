/** Sentences about exports that are whole, yet do not run here; said when one is inspected and when it is opened. */
export const startsFromEmbeddings =
  'The graph starts from embeddings ("inputs_embeds"), whose table lies in another file; choose an export that starts from token ids.';

export const normsInAttention =
  'The export normalises queries and keys inside its attention operator, which ONNX Runtime computes on WebGPU and CUDA only; choose another export, or WebGPU.';
