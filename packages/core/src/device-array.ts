/** What is an array on a device, of whichever engine? */
import type { DeviceArray } from "./engine.ts";

/** Whether a value is an array on a device, of whichever engine. */
export function isDeviceArray(value: unknown): value is DeviceArray {
  if (typeof value !== "object" || value === null) return false;
  const { engine, shape, dtype, read, dispose } = value as Partial<DeviceArray>;
  const usable = typeof read === "function" && typeof dispose === "function";
  return usable && engine !== undefined && dtype !== undefined && Array.isArray(shape);
}
