/**
 * What a restore could not give back beside the bytes of files: counted while it goes, told once at its end. What is
 * told of nowhere is believed to be there.
 */
import { words } from './words.ts'

export class LeftOut {
  /** Entries with extended attributes, and those among them that held ACLs. */
  attributes = 0
  acls = 0
  /** Entries that belong to whoever restored them. */
  owners = 0
  /** Files that lost setuid or setgid, since their owner was not kept. */
  setuid = 0
  /** What the backup itself had not been able to keep, or had read while it changed. */
  neverKept = 0
  changing = 0

  /** One line for each kind that there is. */
  lines(): string[] {
    const { attributes, acls, owners, setuid, neverKept, changing } = this
    const told: ReadonlyArray<readonly [count: number, en: string, pt: string]> = [
      [
        attributes,
        `extended attributes not restored: ${attributes} (with ACLs: ${acls}); the program itself restores them`,
        `atributos estendidos não restaurados: ${attributes} (com ACLs: ${acls}); o próprio programa os restaura`,
      ],
      [
        owners,
        `owner not restored, since only root can: ${owners}`,
        `dono não restaurado, pois só root pode: ${owners}`,
      ],
      [
        setuid,
        `setuid or setgid left out, since it would serve another owner: ${setuid}`,
        `setuid ou setgid deixado de fora, pois serviria a outro dono: ${setuid}`,
      ],
      [
        neverKept,
        `metadata that the backup itself could not keep: ${neverKept}`,
        `metadados que o próprio backup não conseguiu guardar: ${neverKept}`,
      ],
      [
        changing,
        `files that changed while the backup read them: ${changing}`,
        `arquivos que mudaram enquanto o backup os lia: ${changing}`,
      ],
    ]
    return told.filter(([count]) => count > 0).map(([, en, pt]) => words(en, pt))
  }
}
