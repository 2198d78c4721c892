/**
 * Parts of a sentence that travel in an error's context in English (`why`, `accepted`) and are said in the reader's
 * language. A key is the English phrase, with {} for what varies.
 */
import type { LocalizedText } from './error-catalog.ts'
import { NEW_KEY } from './key-advice.ts'
import { CALL_FORMS } from './system/call-forms.ts'
import { CONFIG_OPTIONS, SYSTEM_OPTIONS, VARIABLES, type VariableReference } from './system/option-reference.ts'

// biome-ignore format: a table with one message a line
const PHRASES_PT_BR: Readonly<Record<string, string>> = {
  'there is no such option (did you mean {}?)': 'essa opção não existe (seria {}?)',
  'there is no such option': 'essa opção não existe',
  'it is missing': 'está faltando',
  'it is of the type string': 'o valor é um texto que não serve',
  'it is of the type list': 'o valor é uma lista',
  'it is of the type object': 'o valor é um objeto',
  'it is of the type {}': 'o valor é do tipo {}',
  'it is no URL of PostgreSQL': 'não é uma URL de PostgreSQL',
  'postgres://USER:PASSWORD@HOST:5432/DATABASE, special signs in the password percent-encoded': 'postgres://USUARIO:SENHA@SERVIDOR:5432/BANCO, com os sinais especiais da senha codificados com %',
  'To leave the lost one behind and make a new one here: --replace-lost.': 'Para deixar o perdido para trás e criar um novo aqui: --replace-lost.',
  'Another repository ({}) stands there now: if it is a copy of the lost one, mounted in its place, go on with it by "neonpro-backup system rebuild --repo {}".': 'Há agora outro repositório ({}) ali: se é uma cópia do que se perdeu, montada no lugar dele, continue com ela: "neonpro-backup system rebuild --repo {}".',
  'What is left of the lost one is never overwritten: move that folder away, or name another place, and run it again.': 'O que resta do perdido nunca é sobrescrito: mova essa pasta para outro lugar ou indique outro local e execute de novo.',
  'The newest keyring ({}) can not be read: a key that was added in it may be right all the same. Bring it back from a replica, or use a key that is older.': 'O chaveiro mais novo ({}) não pode ser lido: uma chave incluída nele pode estar certa mesmo assim. Traga-o de volta de uma réplica ou use uma chave mais antiga.',
  'The system of this HOME works with it: the new one needs another place.': 'O sistema desta HOME trabalha com ele: o novo precisa de outro local.',
  'neonpro-backup copy --init --to LOCATION': 'neonpro-backup copy --init --to LOCAL',
  'it is {}': 'o valor é {}',
  'texts, numbers, true, false, null, lists and objects of them': 'textos, números, true, false, null, listas e objetos deles',
  'it is no JSON ({})': 'não é JSON ({})',
  'it can not be read ({})': 'não pode ser lido ({})',
  'it can not stand beside {}': 'não pode ficar ao lado de {}',
  'it has no effect without {}': 'não tem efeito sem {}',
  'it says something else than {}': 'diz outra coisa que {}',
  'it can not be used': 'não pode ser usado',
  'its end is not after its beginning': 'o fim não vem depois do início',
  'a period such as "24h", "7d" or "4w", or { from, to } as ISO 8601 dates or times': 'um período como "24h", "7d" ou "4w", ou { from, to } como datas ou horários ISO 8601',
  'it holds a NUL, half a character or a control character': 'tem um NUL, meio caractere ou um caractere de controle',
  'text without control characters': 'texto sem caracteres de controle',
  'it is no URL of that kind': 'não é uma URL desse tipo',
  'Nothing is written back into a source of its kind': 'Nada é gravado de volta em uma origem desse tipo',
  'It takes no point of the kind {}': 'Não recebe pontos do tipo {}',
  'it did not answer within {} s': 'ela não respondeu em {} s',
  'it is no list of addresses': 'não é uma lista de endereços',
  'a JSON object': 'um objeto JSON',
  'a file that this user can read': 'um arquivo que este usuário possa ler',
  'the folder that the file lies in': 'a pasta em que o arquivo está',
  'process {}, which owns {}, works with {}': 'o processo {}, dono de {}, trabalha com {}',
  'the same repository, or another NEONPRO_BACKUP_HOME': 'o mesmo repositório, ou outro NEONPRO_BACKUP_HOME',
  'it has a character that no path has': 'tem um caractere que nenhum caminho tem',
  'it can not be changed': 'não pode ser alterado',
  'it has to be given again with what may change where it is sent': 'precisa ser informado de novo junto com o que pode mudar para onde é enviado',
  'it never comes due: {}': 'nunca chega a ter um horário: {}',
  'there is no such time zone: {}': 'esse fuso horário não existe: {}',
  'the pattern {} can not be used': 'o padrão {} não pode ser usado',
  'it lies inside the repository {}': 'fica dentro do repositório {}',
  'It lies inside {}, beside the data; keep it elsewhere': 'Ela fica dentro de {}, junto dos dados; guarde-a em outro lugar',
  'it holds the repository {}': 'contém o repositório {}',
  'folders apart from the repository': 'pastas separadas do repositório',
  'It can not be written to ({})': 'Não é possível gravar nele ({})',
  'It holds {} ({}), and what is not in the snapshot would be deleted': 'Contém {} ({}), e o que não está no snapshot seria apagado',
  'It lies in {} ({})': 'Está dentro de {} ({})',
  'Free some room there; in a repository "neonpro-backup forget" and "prune" do, with --repo naming this one': 'Libere espaço ali; em um repositório, "neonpro-backup forget" e "prune" fazem isso, com --repo indicando este',
  'Free some room on the target or choose another one, and run it again: what was restored stays': 'Libere espaço no destino ou escolha outro e execute de novo: o que foi restaurado permanece',
  'The target takes no more files (its inodes are used up): remove some or choose another one, and run it again; what was restored stays': 'O destino não aceita mais arquivos (os inodes acabaram): remova alguns ou escolha outro e execute de novo; o que foi restaurado permanece',
  'Free some room on the disk of HOME, or name another folder with --home': 'Libere espaço no disco de HOME ou indique outra pasta com --home',
  'Free some room in the temporary folder, or name another one in TMPDIR': 'Libere espaço na pasta temporária ou indique outra em TMPDIR',
  'Free some room where the output goes, or send it to another place': 'Libere espaço onde a saída é gravada ou mande-a para outro lugar',
  'The quota there is used up, whatever room the disk has: free some of it, or have it raised': 'A cota ali acabou, por mais espaço que o disco tenha: libere parte dela ou peça para aumentá-la',
  'Free some room there, or choose another place': 'Libere espaço ali ou escolha outro lugar',
  'the target': 'o destino',
  'Check that it is, whole and in the same form, the key that the repository was made with; the recovery kit names it by its fingerprint':
    'Confira se é, inteira e na mesma forma, a chave com que o repositório foi criado; o kit de recuperação a identifica pela impressão digital',
  'Choose another folder for it, outside of the repository and of HOME': 'Escolha outra pasta para ela, fora do repositório e de HOME',
  'Let only its owner read it, or keep it on a disk that has such rights': 'Deixe que só o dono o leia ou guarde-o em um disco que tenha essas permissões',
  'Name the file that holds the key itself': 'Indique o arquivo que contém a própria chave',
  'Run the command by itself: it has to print the key on its first line and end with 0': 'Execute o comando sozinho: ele precisa mostrar a chave na primeira linha e terminar com 0',
  'the temporary folder': 'a pasta temporária',
  'standard output': 'a saída padrão',
  'the repository': 'o repositório',
  'another repository': 'outro repositório',
  'the key file': 'o arquivo de chave',
  'the state of this machine (HOME)': 'o estado desta máquina (HOME)',
  'the settings': 'as configurações',
  'the running program': 'o programa em execução',
  'the Node that runs it': 'o Node que o executa',
  'It is the root of this machine, and what is not in the snapshot would be deleted': 'É a raiz desta máquina, e o que não está no snapshot seria apagado',
  'The file system is read-only': 'O sistema de arquivos é somente leitura',
  'The file system is read-only ({})': 'O sistema de arquivos é somente leitura ({})',
  'it has passed already': 'já passou',
  'a date to come, such as 2047-01-31': 'uma data futura, como 2047-01-31',
  'a list of paths or globs': 'uma lista de caminhos ou globs',
  'FULL_RESTORE, or PARTIAL_RESTORE with paths': 'FULL_RESTORE, ou PARTIAL_RESTORE com paths',
  'it is empty': 'está vazio',
  'it begins or ends with a slash': 'começa ou termina com barra',
  'it has an empty, "." or ".." step': 'tem um trecho vazio, "." ou ".."',
  'it has control characters': 'tem caracteres de controle',
  'it is longer than {} bytes': 'tem mais de {} bytes',
  'names joined by slashes, such as docs/report.pdf': 'nomes separados por barras, como docs/relatorio.pdf',
  'FILES with paths': 'FILES com paths',
  'only one of frequency, cron and every': 'só uma entre frequency, cron e every',
  'one of the known options: {}': 'uma das opções conhecidas: {}',
  'an object': 'um objeto',
  // Why a key or a target is refused (the part behind "refused").
  'Keys in a KMS and age recipients are not taken by this version; use a raw key or a passphrase': 'Chaves em KMS e destinatários age não são aceitos por esta versão; use uma chave bruta ou uma frase secreta',
  '32 hexadecimal digits are 128 bits: give 64 of them, or write "passphrase:" before the value if it is one': '32 dígitos hexadecimais são 128 bits: informe 64 deles, ou escreva "passphrase:" antes do valor se for uma frase secreta',
  'Group {} of the paper key is not as it was printed: compare it letter by letter': 'O grupo {} da chave em papel não está como foi impresso: compare letra por letra',
  'A paper key has 13 groups of five, and this one has {}': 'Uma chave em papel tem 13 grupos de cinco, e esta tem {}',
  'Each group could be one of a paper key, but together they are none: compare all of them': 'Cada grupo poderia ser de uma chave em papel, mas juntos não são nenhuma: compare todos',
  'It has none of the known forms: base64: or hex: with 32 bytes, the 13 groups of a paper key, passphrase: with at least 16 characters, file: with a path, or exactly 32 characters':
    'Não tem nenhuma das formas conhecidas: base64: ou hex: com 32 bytes, os 13 grupos de uma chave em papel, passphrase: com pelo menos 16 caracteres, file: com um caminho, ou exatamente 32 caracteres',
  'It holds {} B where 32 bytes are needed': 'Contém {} B, e são precisos 32 bytes',
  'It holds characters that its form does not have': 'Contém caracteres que a forma não tem',
  'A key file may not point to another file': 'Um arquivo de chave não pode apontar para outro',
  '{} is no key file': '{} não é um arquivo de chave',
  'The key file {} can be read by others: run "chmod 600 {}"': 'O arquivo de chave {} pode ser lido por outros: execute "chmod 600 {}"',
  'It lies inside the repository {}; keep it elsewhere': 'Está dentro do repositório {}; guarde-a em outro lugar',
  'It is the folder itself, or one lies in the other': 'É a própria pasta, ou uma fica dentro da outra',
  'There is nothing to move': 'Não há nada para mover',
  'There is a system already': 'Já existe um sistema ali',
  'There is a system already, of the repository {}': 'Já existe um sistema ali, do repositório {}',
  'It is not empty ({})': 'Não está vazia ({})',
  'It lies in the repository {}': 'Está dentro do repositório {}',
  'The repository {} lies in it': 'O repositório {} está dentro dela',
  'HOME would lie in the repository {}': 'HOME ficaria dentro do repositório {}',
  'It would lie among the files of HOME ({})': 'Ficaria entre os arquivos de HOME ({})',
  'It is not empty, and no repository either': 'Não está vazia e também não é um repositório',
  'It is no folder': 'Não é uma pasta',
  'It lies in the repository': 'Está dentro do repositório',
  'Something that is no folder stands there': 'Há ali algo que não é uma pasta',
  'the file {}, which this system remembers, is gone': 'o arquivo {}, de que este sistema se lembra, não existe mais',
  '"~" is not replaced here: write the full path, or ./ before a name that really begins so': '"~" não é substituído aqui: escreva o caminho completo, ou ./ antes de um nome que começa mesmo assim',
  'the file {} is empty': 'o arquivo {} está vazio',
  'Look for the key where a copy of it is kept: a recovery kit printed with its key, a password store, another machine; and put it back into this file.': 'Procure a chave onde há uma cópia dela: num kit de recuperação impresso com a chave, num gerenciador de senhas, em outra máquina; e ponha-a de volta neste arquivo.',
  '{} is the folder of another user, which only a shell looks up': '{} é a pasta de outro usuário, que só um shell sabe encontrar',
  'the full path; ~/ for the own folder; ./~ before a name that really begins so': 'o caminho completo; ~/ para a própria pasta; ./~ antes de um nome que começa mesmo assim',
  'Put the file back, or give the key from where it is now: a file that opens the repository is remembered then.': 'Devolva o arquivo ao lugar ou informe a chave de onde ela está agora: um arquivo que abra o repositório passa a ser lembrado.',
  'this policy keeps nothing: every rule in it is 0': 'esta política não mantém nada: toda regra nela é 0',
  [NEW_KEY]: 'Ainda não há repositório ali: para um novo, crie uma chave com "neonpro-backup key generate ARQUIVO" e guarde-a fora dos dados e do repositório.',
  // Refusals of wrong use that a library's caller meets too.
  'The whole path {} would be made once more below {}, in the live data. To put it back in its place: recover {} --target {} (in the library: subtree and targetPath {}).': 'O caminho inteiro {} seria criado de novo dentro de {}, nos dados em uso. Para devolvê-lo ao lugar: recover {} --target {} (na biblioteca: subtree e targetPath {}).',
  'There is no such recipient.': 'Não há tal destinatário.',
  'The last recipient can not be removed.': 'O último destinatário não pode ser removido.',
  'Both locations hold the same repository: nothing can be copied.': 'Os dois locais contêm o mesmo repositório: não há o que copiar.',
  '--delete is not allowed for "/".': '--delete não é permitido para "/".',
  'The path {} lies inside the repository.': 'O caminho {} está dentro do repositório.',
  'No path to back up was given.': 'Não foi dado nenhum caminho para o backup.',
  'The name of a source and a tag hold no control characters.': 'O nome de uma origem e uma etiqueta não têm caracteres de controle.',
  'The owner does not know this request.': 'O processo dono não conhece este pedido.',
  'The request could not be read.': 'O pedido não pôde ser lido.',
  'This owner does not know the call {}: it may be an older version.': 'Este processo dono não conhece a chamada {}: talvez seja uma versão mais antiga.',
  'The call is too large.': 'A chamada é grande demais.',
  'pin': 'fixação',
  'hold {}': 'retenção legal {}',
  'It names no program': 'Não indica nenhum programa',
  'The command printed nothing': 'O comando não imprimiu nada',
  'The command did not end within {} s': 'O comando não terminou em {} s',
  'The command can not be run ({})': 'O comando não pode ser executado ({})',
  'The command failed with exit code {}': 'O comando falhou com o código de saída {}',
  'the kind that it was made with': 'o tipo com que foi criada',
  'Did you mean {}?': 'Quis dizer {}?',
  'If {} is lost for good: "neonpro-backup system rebuild --repo COPY".': 'Se {} se perdeu de vez: "neonpro-backup system rebuild --repo CÓPIA".',
  'it is the first, which has the records and the audit log of the system': 'é o primeiro, que tem os registros e o log de auditoria do sistema',
  'configurations write to it: {}': 'configurações gravam nele: {}',
  'a run writes to it': 'uma execução grava nele',
  'a recovery from it is under way': 'há uma recuperação a partir dele em andamento',
  'It is registered as {}.': 'Está registrado como {}.',
  'The configuration {} backs it up, or what lies in it': 'A configuração {} faz backup dele ou do que está nele',
  'It is there for one process alone; name a file that stays': 'Ela só existe para um processo; indique um arquivo que fique',
  'neonpro-backup repository add NAME --repo LOCATION --init': 'neonpro-backup repository add NOME --repo LOCAL --init',
  'The two points lie in two repositories: only points of one can be compared.': 'Os dois pontos estão em dois repositórios: só se comparam pontos de um mesmo.',
  'It goes on with {}: once it has ended, run this again.': 'Ele continua com {}: quando tiver terminado, execute isto de novo.',
}

interface Template {
  readonly expression: RegExp
  readonly translation: string
}

/** Accepted forms that only others know: of storage providers. */
const learnt = new Map<string, string>()
let exacts: ReadonlyMap<string, string> | undefined
let templates: readonly Template[] | undefined

/** Phrases that stand in no table of contracts, to be said in the reader's language too. */
export function learnPhrases(phrases: Iterable<LocalizedText>): void {
  for (const each of phrases) learnt.set(each.en, each['pt-BR'])
  exacts = undefined
}

/** The phrase in the reader's language; one that is not known stays as it is. */
export function phrase(text: string, locale: keyof LocalizedText): string {
  if (locale === 'en') return text
  exacts ??= new Map([...acceptedForms(), ...learnt, ...Object.entries(PHRASES_PT_BR)])
  const exact = exacts.get(text)
  if (exact !== undefined) return exact
  templates ??= Object.entries(PHRASES_PT_BR)
    .filter(([key]) => key.includes('{}'))
    .map(([key, translation]) => ({ expression: expressionOf(key), translation }))
  for (const { expression, translation } of templates) {
    const values = expression.exec(text)?.slice(1)
    if (values) return translation.replace(/\{\}/g, () => exactOr(values.shift() ?? ''))
  }
  return text
}

/** What varies in a sentence may be a phrase itself: "the key file". */
function exactOr(value: string): string {
  return exacts?.get(value) ?? value
}

function acceptedForms(): Array<readonly [string, string]> {
  const references: readonly VariableReference[] = Object.values(VARIABLES)
  const forms = [...Object.values(CONFIG_OPTIONS), ...Object.values(SYSTEM_OPTIONS), ...references].flatMap(
    ({ accepted }) => accepted ?? [],
  )
  return [...forms, ...Object.values(CALL_FORMS)].map((form) => [form.en, form['pt-BR']])
}

function expressionOf(template: string): RegExp {
  return new RegExp(
    `^${template
      .split('{}')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('(.*)')}$`,
    's',
  )
}
