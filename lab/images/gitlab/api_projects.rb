# Groups and projects, whose repositories are real.
require_relative "api"

module Standin
  module Api
    VISIBILITIES = %w[private internal public].freeze

    def self.visibility(call, default)
      given = call.params["visibility"] || ApplicationSettings.current[default]
      raise Refusal.new(400, { "error" => "visibility does not have a valid value" }) unless VISIBILITIES.include?(given)

      given
    end

    def self.group(record)
      { "id" => record.id, "name" => record.name, "path" => record.path, "full_path" => record.path, "kind" => record.kind,
        "visibility" => record.visibility, "created_at" => record.created_at.utc.iso8601(3) }
    end

    def self.groups(user)
      Namespace.where(kind: "group").select { |one| one.visibility == "public" || user.admin? || one.owner_id == user.id }
    end

    def self.find_group(call)
      call.found(groups(call.user).find { |one| [one.id.to_s, one.path].include?(call.ids[0]) }, "Group ")
    end

    on("GET", "groups") { |call| List.new(groups(call.user).map { |one| group(one) }) }
    on("GET", "groups/:id") { |call| group(find_group(call)) }
    on("POST", "groups") do |call|
      made = Namespace.create!(name: call.param("name"), path: call.param("path"), kind: "group", owner_id: call.user.id,
                               visibility: visibility(call, "default_group_visibility"))
      [201, group(made)]
    end

    def self.project(record)
      namespace = record.namespace
      base = Settings.applied["external_url"].chomp("/")
      full = "#{namespace.path}/#{record.path}"
      { "id" => record.id, "name" => record.name, "path" => record.path, "path_with_namespace" => full,
        "description" => record.description, "visibility" => record.visibility, "default_branch" => "main",
        "created_at" => record.created_at.utc.iso8601(3), "creator_id" => record.creator_id, "archived" => false,
        "namespace" => { "id" => namespace.id, "name" => namespace.name, "path" => namespace.path, "kind" => namespace.kind },
        "ssh_url_to_repo" => "#{ssh(base)}#{full}.git", "http_url_to_repo" => "#{base}/#{full}.git", "web_url" => "#{base}/#{full}" }
    end

    # What people clone by SSH: the host and port that gitlab.rb names.
    def self.ssh(base)
      rails = Settings.applied["gitlab_rails"] || {}
      host = rails["gitlab_ssh_host"] || URI(base).host
      port = rails["gitlab_shell_ssh_port"]
      port && port.to_i != 22 ? "ssh://git@#{host}:#{port}/" : "git@#{host}:"
    end

    def self.find_project(call)
      id = call.ids[0]
      found = id.match?(/\A\d+\z/) ? Project.find_by(id: id.to_i) : Project.find_by_full_path(id)
      call.found(found && Access.read?(call.user, found) ? found : nil, "Project ")
    end

    def self.own_project(call)
      found = find_project(call)
      Access.write?(call.user, found) ? found : raise(Refusal.new(403, { "message" => "403 Forbidden" }))
    end

    def self.create_project(call)
      name = call.params["name"] || call.param("path")
      path = call.params["path"] || name.downcase.gsub(/[^a-z0-9_.-]+/, "-")
      raise Refusal.new(400, { "message" => { "path" => ["is invalid"] } }) unless path.match?(/\A[A-Za-z0-9_][A-Za-z0-9_.-]*\z/)

      chosen = call.params["namespace_id"]
      space = chosen ? Namespace.find_by(id: chosen.to_i) : Namespace.find_by(path: call.user.username, kind: "user")
      space = nil unless space && (call.user.admin? || space.owner_id == call.user.id)
      made = Project.create!(name: name, path: path, namespace_id: call.found(space, "Namespace ").id, creator_id: call.user.id,
                             description: call.params["description"], visibility: visibility(call, "default_project_visibility"))
      readme = [true, "true"].include?(call.params["initialize_with_readme"]) ? "# #{name}\n" : nil
      Repository.create(made, readme: readme)
      made
    end

    on("GET", "projects", by: :anybody) do |call|
      found = Project.all.select { |one| Access.read?(call.user, one) }
      wanted = call.params["search"]
      List.new(found.select { |one| wanted.nil? || one.name.downcase.include?(wanted.downcase) }.map { |one| project(one) })
    end
    on("POST", "projects") { |call| [201, project(create_project(call))] }
    on("GET", "projects/:id", by: :anybody) { |call| project(find_project(call)) }
    on("PUT", "projects/:id") do |call|
      found = own_project(call)
      changes = call.params.slice("name", "description", "visibility").transform_keys(&:to_sym)
      visibility(call, "default_project_visibility")
      found.update!(**changes) unless changes.empty?
      project(found)
    end
    on("DELETE", "projects/:id") do |call|
      found = own_project(call)
      folder = found.repository
      found.destroy
      FileUtils.rm_rf(folder)
      [202, { "message" => "202 Accepted" }]
    end
    on("GET", "projects/:id/repository/branches") { |call| List.new(Repository.branches(find_project(call))) }
    on("GET", "projects/:id/repository/commits") do |call|
      project = find_project(call)
      branches = Repository.branches(project).map { |one| one["name"] }
      ref = call.params["ref_name"] || "main"
      raise Refusal.new(404, { "message" => "404 Repository Not Found" }) unless branches.include?(ref)

      List.new(Repository.commits(project, ref))
    end
  end
end
