import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { canonicalJson, isCanonicalJson } from './canonical-json.ts'

test('RFC 8785 section 3.2.3: members are sorted by UTF-16 code units, strings escaped as little as possible', () => {
  const sorted = canonicalJson(
    JSON.parse(
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
    ),
  )
  assert.deepEqual(Object.values(JSON.parse(sorted.replace(/"1"/, '" 1"')) as object), [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
})

test('RFC 8785 section 3.2.2 and appendix A: the whole example, byte by byte', () => {
  const input =
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}'
  const bytes = `
    7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72
    75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a
    5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31
    65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37
    5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30
    30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d`.replace(/\s/g, '')
  assert.equal(Buffer.from(canonicalJson(JSON.parse(input)), 'utf8').toString('hex'), bytes)
})

test('RFC 8785 appendix B: numbers', () => {
  const samples: ReadonlyArray<readonly [ieee: string, text: string]> = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ]
  for (const [ieee, text] of samples) assert.equal(canonicalJson(Buffer.from(ieee, 'hex').readDoubleBE(0)), text, ieee)
  for (const ieee of ['7fffffffffffffff', '7ff0000000000000'])
    assert.throws(() => canonicalJson(Buffer.from(ieee, 'hex').readDoubleBE(0)))
})

test('a lone surrogate has no canonical form', () => {
  assert.throws(() => canonicalJson({ text: '\udead' }))
})

const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' })

test('property: reading the canonical form back gives the value; the form is a fixed point and knows no order of members', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(JSON.parse(text)), text)
      assert.ok(isCanonicalJson(text))
      assert.equal(canonicalJson(reversed(value)), text)
    }),
  )
})

test('property: any other spelling is told', () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.equal(isCanonicalJson(` ${canonicalJson(value)}`), false)
      assert.equal(isCanonicalJson(JSON.stringify(value)), JSON.stringify(value) === canonicalJson(value))
    }),
  )
  for (const text of ['{"b":1,"a":2}', '{"a":1.0}', '"\\u0041"', '{"a":1,"a":1}', '[1,]', ''])
    assert.equal(isCanonicalJson(text), false, text)
})

/** The same value with every object's members the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  )
}
