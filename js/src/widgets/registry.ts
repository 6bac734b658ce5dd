// The views by the `kind` of their panel in Python.
import type { View } from "../base/context";

export const views: { [kind: string]: View } = {};
