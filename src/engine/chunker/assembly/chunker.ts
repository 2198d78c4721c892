// Cuts file bytes by content (docs/format/v1.md section 8). Compiled to WebAssembly by scripts/build-wasm.ts; plain-chunker.ts is its twin.

let k0: v128 = i16x8.splat(1)
let k1: v128 = i16x8.splat(1)
let k2: v128 = i16x8.splat(1)
let k3: v128 = i16x8.splat(1)
let c: v128 = i16x8.splat(0)
let s0: u64 = 1
let s1: u64 = 1
let s2: u64 = 1
let s3: u64 = 1
let s4: u64 = 1
let s5: u64 = 1
let minBytes: u32 = 16384
let normalBytes: u32 = 65536
let maxBytes: u32 = 524288
let shiftBefore: u64 = 56
let shiftAfter: u64 = 60

export function setWindow(a: u32, b: u32, d: u32, e: u32, add: u32): void {
  k0 = i16x8.splat(a as i16)
  k1 = i16x8.splat(b as i16)
  k2 = i16x8.splat(d as i16)
  k3 = i16x8.splat(e as i16)
  c = i16x8.splat(add as i16)
}

export function setStrong(a: u64, b: u64, d: u64, e: u64, f: u64, g: u64): void {
  s0 = a
  s1 = b
  s2 = d
  s3 = e
  s4 = f
  s5 = g
}

export function setSizes(min: u32, normal: u32, max: u32): void {
  minBytes = min
  normalBytes = normal
  maxBytes = max
  const bits: u64 = 31 - clz<u32>(normal)
  shiftBefore = 64 - (bits - 8)
  shiftAfter = 64 - (bits - 12)
}

// @ts-ignore: decorator
@inline
function step(h: u64, w: u64, k: u64): u64 {
  const m: u64 = (h ^ w) * k
  return m ^ (m >> 32)
}

function isCut(p: usize, length: u32): bool {
  const q: usize = p - 47
  let h: u64 = step(0, load<u64>(q), s0)
  h = step(h, load<u64>(q, 8), s1)
  h = step(h, load<u64>(q, 16), s2)
  h = step(h, load<u64>(q, 24), s3)
  h = step(h, load<u64>(q, 32), s4)
  h = step(h, load<u64>(q, 40), s5)
  return h >> (length < normalBytes ? shiftBefore : shiftAfter) == 0
}

// @ts-ignore: decorator
@inline
function candidates(p: usize): v128 {
  const sum = i16x8.add(
    i16x8.add(i16x8.mul(v128.load(p - 7), k0), i16x8.mul(v128.load(p - 5), k1)),
    i16x8.add(i16x8.add(i16x8.mul(v128.load(p - 3), k2), i16x8.mul(v128.load(p - 1), k3)), c),
  )
  return i16x8.lt_u(sum, i16x8.splat(64))
}

// Length of the chunk that starts at `start`, or 0 when no cut lies in the `available` bytes and more may follow.
export function cut(start: usize, available: u32, isFinal: bool): u32 {
  const limit: u32 = available < maxBytes ? available : maxBytes
  if (limit >= minBytes) {
    const end: usize = start + limit
    let p: usize = start + minBytes - 1
    // Sixteen positions at a time; the loads reach p + 15 + 1 bytes, which stay inside the data.
    while (p + 17 <= end) {
      const even = candidates(p)
      const odd = candidates(p + 1)
      if (v128.any_true(v128.or(even, odd))) {
        const e: u32 = i16x8.bitmask(even)
        const o: u32 = i16x8.bitmask(odd)
        for (let lane: u32 = 0; lane < 8; lane++) {
          if ((e >> lane) & 1) {
            const length: u32 = (p - start) as u32 + lane * 2 + 1
            if (isCut(p + lane * 2, length)) return length
          }
          if ((o >> lane) & 1) {
            const length: u32 = (p - start) as u32 + lane * 2 + 2
            if (isCut(p + lane * 2 + 1, length)) return length
          }
        }
      }
      p += 16
    }
    while (p < end) {
      if (isCandidate(p)) {
        const length: u32 = (p - start) as u32 + 1
        if (isCut(p, length)) return length
      }
      p++
    }
    if (limit == maxBytes) return maxBytes
  }
  return isFinal ? available : 0
}

function isCandidate(p: usize): bool {
  const sum: u32 =
    (load<u16>(p - 7) as u32) * (i16x8.extract_lane_u(k0, 0) as u32) +
    (load<u16>(p - 5) as u32) * (i16x8.extract_lane_u(k1, 0) as u32) +
    (load<u16>(p - 3) as u32) * (i16x8.extract_lane_u(k2, 0) as u32) +
    (load<u16>(p - 1) as u32) * (i16x8.extract_lane_u(k3, 0) as u32) +
    (i16x8.extract_lane_u(c, 0) as u32)
  return (sum & 0xffff) < 64
}
