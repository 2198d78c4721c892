/** Addresses that a message from outside must not reach: this machine, its networks, and the cloud's own services. */
import net from 'node:net'

const RANGES_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const
/**
 * NAT64, 6to4 and Teredo are refused whole: nobody needs them to name a public host. IPv4 mapped into IPv6 goes by the
 * first list.
 */
const RANGES_V6 = [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const

let blocked: net.BlockList | undefined

/** True for private, link-local, loopback, shared, reserved and multicast addresses, and for what is no address. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  const family = net.isIP(bare)
  blocked ??= blockList()
  return family === 0 || blocked.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}

function blockList(): net.BlockList {
  const list = new net.BlockList()
  for (const [address, prefix] of RANGES_V4) list.addSubnet(address, prefix, 'ipv4')
  for (const [address, prefix] of RANGES_V6) list.addSubnet(address, prefix, 'ipv6')
  return list
}
