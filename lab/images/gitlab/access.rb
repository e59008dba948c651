# Who somebody is, and what he may do with a project.
require "fileutils"
require "open3"
require "uri"
require_relative "models"

module Standin
  module Access
    EXPIRED = "Your license expired: pushes are refused until a new one is there."

    BLOCKED = "Your account has been blocked."
    DENIED = {
      "deactivated" => "Your account has been deactivated by your administrator. Please log back in from a web browser to reactivate it.",
      "blocked_pending_approval" => "Your account is pending approval from your administrator and hence blocked."
    }.freeze

    # The owner of a token, and the token; also one who is blocked, to whom the API says so.
    def self.by_token(text)
      found = text && PersonalAccessToken.find_by(token_digest: Digests.token(text))
      [found.user, found] if found&.active?
    end

    # Why somebody may do nothing.
    def self.denied(user) = user.active? ? nil : DENIED.fetch(user.state, BLOCKED)

    # Basic authentication of git: a token in place of the password, or the password itself.
    def self.by_login(header)
      scheme, encoded = header.to_s.split(" ", 2)
      return unless scheme&.casecmp?("basic") && encoded

      name, password = Base64.decode64(encoded).force_encoding("UTF-8").split(":", 2)
      user, token = by_token(password)
      return user if user&.active? && (token.scopes & %w[api read_repository write_repository]).any?

      found = User.find_by(username: name.to_s)
      found if found&.active? && found.valid_password?(password.to_s)
    end

    def self.read?(user, project)
      return true if project.visibility == "public" || user&.admin?

      !user.nil? && (project.visibility == "internal" || write?(user, project))
    end

    def self.write?(user, project)
      !user.nil? && (user.admin? || project.creator_id == user.id || project.namespace.owner_id == user.id)
    end

    # Asked by nginx before git over HTTP: 401 to log in, 403 with a reason, or 403 without one for a project that is not there.
    def self.git(request)
      path, query = request["X-Original-Uri"].split("?", 2)
      push = path.end_with?("/git-receive-pack") || query.to_s.include?("service=git-receive-pack")
      user = by_login(request["Authorization"])
      project = Project.find_by_full_path(URI.decode_www_form_component(path[%r{\A/(.+)\.git/}, 1]))
      seen = project && read?(user, project)
      return login if user.nil? && (request["Authorization"] || push || !seen)
      return [403, {}, ""] unless seen

      refusal = push ? refusal(user, project) : nil
      return [403, { "X-Git-Refusal" => refusal }, ""] if refusal

      [200, { "X-Git-Folder" => project.repository, "X-Git-User" => user&.username }, ""]
    end

    def self.refusal(user, project)
      return "You are not allowed to push code to this project." unless write?(user, project)

      EXPIRED if License.current&.expired?
    end

    def self.login
      [401, { "WWW-Authenticate" => 'Basic realm="GitLab"', "Content-Type" => "text/plain" }, "HTTP Basic: Access denied\n"]
    end
  end

  # Git's own program on a project's repository.
  module Repository
    def self.create(project, readme: nil)
      folder = project.repository
      git("init", "--quiet", "--bare", "--initial-branch=main", folder)
      return unless readme

      blob = git("-C", folder, "hash-object", "-w", "--stdin", input: readme)
      tree = git("-C", folder, "mktree", input: "100644 blob #{blob}\tREADME.md\n")
      who = ["-c", "user.name=Administrator", "-c", "user.email=admin@example.com"]
      git("-C", folder, "update-ref", "refs/heads/main", git("-C", folder, *who, "commit-tree", tree, "-m", "Initial commit"))
    end

    def self.branches(project)
      lines = git("-C", project.repository, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").lines
      lines.map(&:split).map { |name, id| { "name" => name, "default" => name == "main", "commit" => { "id" => id } } }
    end

    def self.commits(project, ref)
      text = git("-C", project.repository, "log", "--format=%H%x09%an%x09%ae%x09%aI%x09%s", ref, "--")
      text.lines(chomp: true).map do |line|
        id, name, email, time, title = line.split("\t", 5)
        { "id" => id, "short_id" => id[0, 8], "author_name" => name, "author_email" => email, "created_at" => time, "title" => title }
      end
    end

    def self.git(*arguments, input: "")
      output, problem, status = Open3.capture3("git", *arguments, stdin_data: input)
      status.success? ? output.strip : raise("git #{arguments.join(" ")}: #{problem}")
    end
  end
end
