/** Which faults of gpu.js and of WebGL does engine-gpu keep from its users? Each is silent by itself. */
export const gpuFaults = [
  "a lost context is an error, and the next call runs on a new one",
  "a context that the browser takes away is an error, not zeros",
  "arrays on the device are refused after their context is lost",
  "a sum of forty arrays reads all of them",
  "sixteen arrays in one formula are all read",
  "loops run to their end beyond a thousand turns",
  "every shader computes in highp",
  "elements beyond 2^24 are where they belong",
  "indices of uneven shapes are exact",
  "axes longer than a texture's side are right",
  "another size after a first leaves nothing of it",
  "an earlier result is not overwritten by a later run",
  "a device array keeps its values while its maker runs again",
  "powers of negative numbers, tails and small arguments are right",
  "arrays without elements are right",
  "an array that no texture holds is an error",
  "NaN and infinities do not throw",
  "a thousand runs make no new WebGL objects",
  "disposing frees every WebGL object",
  "the page's own GPU stays what it was",
  "a given context is used, and its loss is said",
  "plans that take turns keep their results apart",
  "several results of one kernel stay apart, on the host and on the device",
  "a product that is computed in parts is whole, on the host and on the device",
  "small results that come down together are right",
  "a plan that ends leaves the others drawing",
  "a kernel that several plans run is compiled once, and each keeps its results",
  "an engine that computes one element a thread gives the same",
] as const;

/** The name of a fault that has a case. */
export type GpuFault = (typeof gpuFaults)[number];
