/** The system's repositories: which there are, adding one, letting one go. */
export { type AddRepository, addRepository } from './add-repository.ts'
export { configsWritingTo, listRepositories } from './list-repositories.ts'
export { removeRepository } from './remove-repository.ts'
