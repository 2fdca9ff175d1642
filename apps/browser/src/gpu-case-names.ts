/** What do the pages try engine-gpu with? By name, so that a test can be told of each before a browser runs. */

/** Faults of gpu.js and of WebGL, each silent by itself. */
export const gpuFaults = [
  "a lost context is an error, and the next call runs on a new one",
  "a context that the browser takes away is an error, not zeros",
  "a context that is lost within a run is an error, not zeros",
  "arrays on the device are refused after their context is lost",
  "a sum of forty arrays reads all of them",
  "sixteen arrays in one formula are all read",
  "loops run to their end beyond a thousand turns",
  "every shader computes in highp",
  "elements beyond 2^24 are where they belong",
  "indices of uneven shapes are exact",
  "elements beyond 2^23 are found by their index",
  "axes longer than a texture's side are right",
  "another size after a first leaves nothing of it",
  "an earlier result is not overwritten by a later run",
  "a device array keeps its values while its maker runs again",
  "arrays without elements are right",
  "an array that no texture holds is an error",
  "an upload of what does not fit is an error",
  "NaN and infinities do not throw",
  "the page's own GPU stays what it was",
  "plans that take turns keep their results apart",
  "several results of one kernel stay apart, on the host and on the device",
  "a product that is computed in parts is whole, on the host and on the device",
  "small results that come down together are right",
  "a plan that ends leaves the others drawing",
  "a kernel that several plans run is compiled once, and each keeps its results",
  "kernels of one text for arrays of other sizes are told apart",
  "an engine that computes one element a thread gives the same",
] as const;

/** The name of a fault that has a case. */
export type GpuFault = (typeof gpuFaults)[number];

/** What others do to a context that they share with an engine. */
export const gpuSharing = [
  "a given context is used, and its loss is said",
  "an engine on a given context ends with all that it made there",
  "a given context gives right results whatever else is done with it",
  "a given context is given back: what was bound is bound, and nothing of the engine's",
  "a canvas without a context is a reason that is said once",
  "engines on one context leave each other alone",
] as const;

/** What is held, and what becomes of it when there is no more. */
export const gpuMemory = [
  "a thousand runs make no new WebGL objects",
  "disposing frees every WebGL object",
  "kernels that no plan runs are freed in the end, but never one that runs",
  "whatever runs out of memory is an error that leaves nothing behind",
  "programs hold what they say, and the longest unused make room",
  "forgotten handles are freed",
] as const;

/** Where the shader's own functions, or rounding, would lose digits. */
export const gpuNumbers = [
  "powers of negative numbers, tails and small arguments are right",
  "logarithms of negative numbers are NaN",
  "functions are right from end to end",
  "powers are finite where they are",
  "the sign of a subnormal number is its own, or 0",
  "sure answers keep their digits, values and gradients",
] as const;

/** The name of a case of sharing a context. */
export type GpuSharing = (typeof gpuSharing)[number];
/** The name of a case of memory. */
export type GpuMemory = (typeof gpuMemory)[number];
/** The name of a case of numbers. */
export type GpuNumbers = (typeof gpuNumbers)[number];
