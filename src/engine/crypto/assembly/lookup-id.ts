// One SHA-256 compression (FIPS 180-4 section 6.2.2) over memory that the caller fills. Compiled to WebAssembly by scripts/build-wasm.ts.

const K: usize = memory.data(256)
const W: usize = memory.data(256)
const STATE: usize = memory.data(32)
const OUT: usize = memory.data(16)

// Where the 64 round constants go.
export function constants(): usize {
  return K
}

// Where the sixteen words of the block go; the 48 behind them are overwritten.
export function words(): usize {
  return W
}

// Eight words, from which every compression begins.
export function state(): usize {
  return STATE
}

// The first four words of `digest`, their bytes in the order of the hash.
export function out(): usize {
  return OUT
}

// @ts-ignore: decorator
@inline
function schedule(t: usize): void {
  const p: usize = W + (t << 2)
  const x: u32 = load<u32>(p - 60)
  const y: u32 = load<u32>(p - 8)
  const s0: u32 = rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3)
  const s1: u32 = rotr<u32>(y, 17) ^ rotr<u32>(y, 19) ^ (y >> 10)
  store<u32>(p, load<u32>(p - 64) + s0 + load<u32>(p - 28) + s1)
}

// @ts-ignore: decorator
@inline
function input(t: usize): u32 {
  return load<u32>(K + (t << 2)) + load<u32>(W + (t << 2))
}

// @ts-ignore: decorator
@inline
function first(e: u32, f: u32, g: u32): u32 {
  return (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + ((e & f) ^ (~e & g))
}

// @ts-ignore: decorator
@inline
function second(a: u32, b: u32, c: u32): u32 {
  return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
}

let a: u32 = 0
let b: u32 = 0
let c: u32 = 0
let d: u32 = 0
let e: u32 = 0
let f: u32 = 0
let g: u32 = 0
let h: u32 = 0

// Leaves the sums in a … h.
function compress(): void {
  for (let t: usize = 16; t < 64; t++) schedule(t)
  let p: u32 = load<u32>(STATE)
  let q: u32 = load<u32>(STATE, 4)
  let r: u32 = load<u32>(STATE, 8)
  let s: u32 = load<u32>(STATE, 12)
  let u: u32 = load<u32>(STATE, 16)
  let v: u32 = load<u32>(STATE, 20)
  let w: u32 = load<u32>(STATE, 24)
  let x: u32 = load<u32>(STATE, 28)
  for (let t: usize = 0; t < 64; t += 8) {
    x += first(u, v, w) + input(t)
    s += x
    x += second(p, q, r)
    w += first(s, u, v) + input(t + 1)
    r += w
    w += second(x, p, q)
    v += first(r, s, u) + input(t + 2)
    q += v
    v += second(w, x, p)
    u += first(q, r, s) + input(t + 3)
    p += u
    u += second(v, w, x)
    s += first(p, q, r) + input(t + 4)
    x += s
    s += second(u, v, w)
    r += first(x, p, q) + input(t + 5)
    w += r
    r += second(s, u, v)
    q += first(w, x, p) + input(t + 6)
    v += q
    q += second(r, s, u)
    p += first(v, w, x) + input(t + 7)
    u += p
    p += second(q, r, s)
  }
  a = p + load<u32>(STATE)
  b = q + load<u32>(STATE, 4)
  c = r + load<u32>(STATE, 8)
  d = s + load<u32>(STATE, 12)
  e = u + load<u32>(STATE, 16)
  f = v + load<u32>(STATE, 20)
  g = w + load<u32>(STATE, 24)
  h = x + load<u32>(STATE, 28)
}

// The state after the block in `words`.
export function absorb(): void {
  compress()
  store<u32>(STATE, a)
  store<u32>(STATE, b, 4)
  store<u32>(STATE, c, 8)
  store<u32>(STATE, d, 12)
  store<u32>(STATE, e, 16)
  store<u32>(STATE, f, 20)
  store<u32>(STATE, g, 24)
  store<u32>(STATE, h, 28)
}

// Half the hash after the block in `words`, to `out`; the state stays.
export function digest(): void {
  compress()
  store<u32>(OUT, bswap<u32>(a))
  store<u32>(OUT, bswap<u32>(b), 4)
  store<u32>(OUT, bswap<u32>(c), 8)
  store<u32>(OUT, bswap<u32>(d), 12)
}
