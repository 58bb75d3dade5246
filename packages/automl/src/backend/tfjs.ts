import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setLoadedBackend, type TensorBackend } from './loaded.ts';
import { registerOperations } from './tensors.ts';

let loading: Promise<TensorBackend> | null = null;

/**
 * Makes TensorFlow.js ready and says on what it runs: tfjs-node where it is installed, else WebAssembly on one thread
 * (its sums do not depend on timing), else plain JavaScript. Asking again costs nothing.
 */
export function loadTensors(): Promise<TensorBackend> {
  loading ??= choose().then((backend) => {
    registerOperations();
    setLoadedBackend(backend);
    return backend;
  });
  return loading;
}

async function choose(): Promise<TensorBackend> {
  if (await startNative()) return 'tensorflow';
  if (await startWasm()) return 'wasm';
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return 'cpu';
}

/** The name is kept in a variable: the package is optional, and bundlers must not look for it. */
async function startNative(): Promise<boolean> {
  const name = '@tensorflow/tfjs-node';
  try {
    await import(name);
    return tf.getBackend() === 'tensorflow' || (await tf.setBackend('tensorflow'));
  } catch {
    return false; // not installed, or without its native part: WebAssembly takes its place
  }
}

async function startWasm(): Promise<boolean> {
  try {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${dirname(entry)}/`);
    wasm.setThreadsCount(1);
    if (!(await tf.setBackend('wasm'))) return false;
    await tf.ready();
    return true;
  } catch {
    return false; // no WebAssembly SIMD here, or its files are missing: plain JavaScript takes its place
  }
}
