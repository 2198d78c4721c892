// Goal: whatever lies in an ignore file costs little, is named by its line, and never leaves out more than it says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIgnoreFile } from './ignore-file.ts'

test('lines that are no pattern are named and passed over', () => {
  const { patterns, faults } = parseIgnoreFile('*.o\n[\n/\n\n{old\n# [\na\0b\nlast')
  assert.deepEqual(patterns, ['*.o', 'last'])
  assert.deepEqual(
    faults.map(({ line }) => line),
    [2, 3, 5, 7],
  )
})

test('where what is taken back can not be understood, nothing above it is left out', () => {
  const { patterns, faults } = parseIgnoreFile('*.log\n!audit[.log\n*.tmp\n')
  assert.deepEqual([patterns, faults.map(({ line }) => line)], [['*.log', '!**', '*.tmp'], [2]])
})

test('a file of too many patterns, or of too costly ones, is not used at all', () => {
  const many = parseIgnoreFile('*.log\n!audit.log\n'.repeat(50_000))
  const costly = parseIgnoreFile(`${'*a?b'.repeat(200)}\n`.repeat(300))
  for (const { patterns, faults } of [many, costly])
    assert.deepEqual(
      [patterns, faults.length, faults[0]!.why],
      [[], 1, 'has more patterns than are taken, and is not used'],
    )
  assert.ok(many.faults[0]!.line! > 1000)
})

test('hostile bytes cost no more than their length', () => {
  const before = process.cpuUsage().user
  for (const bytes of [
    '\0'.repeat(256 * 1024),
    `${' '.repeat(256 * 1024)}x`,
    '\xff\xfe\n'.repeat(1000),
    `${'[{'.repeat(500)}\n`.repeat(200),
    `${'{a,b}'.repeat(30)}\n`.repeat(1500),
    `${'{a,b}'.repeat(8)}${'{a}'.repeat(300)}\n`.repeat(256),
    `${'{'.repeat(500)}a${'}'.repeat(500)}\n`.repeat(256),
  ])
    parseIgnoreFile(bytes)
  assert.ok(process.cpuUsage().user - before < 5_000_000, 'seconds for one file')
})

test('only the first faults are named', () => {
  assert.equal(parseIgnoreFile('[\n'.repeat(1000)).faults.length, 10)
})

test('blanks at the end of a line count when they are escaped', () => {
  assert.deepEqual(parseIgnoreFile('a \t\nb\\ \n  \n').patterns, ['a', 'b\\ '])
})
