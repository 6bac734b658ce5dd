// Arrays as Python sent them: a message's bytes may begin anywhere, arrays of wider numbers may not.

function bytes(view: DataView | undefined): ArrayBuffer {
  if (!view) throw new Error("The answer came without its numbers. Ask again.");
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return copy.buffer;
}

export function int16(view: DataView | undefined): Int16Array<ArrayBuffer> {
  return new Int16Array(bytes(view));
}

export function uint16(view: DataView | undefined): Uint16Array<ArrayBuffer> {
  return new Uint16Array(bytes(view));
}
