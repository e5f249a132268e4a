# Does the commands that come on standard input with Ruby's net-sftp: host port user as arguments, the password in
# SFTP_PASSWORD.
require 'net/sftp'

host, port, user = ARGV
options = { port: port.to_i, password: ENV.fetch('SFTP_PASSWORD'), auth_methods: ['password'], verify_host_key: :never,
            number_of_password_prompts: 0, config: false, use_agent: false, keys: [] }
Net::SFTP.start(host, user, options) do |sftp|
  $stdin.each_line do |line|
    kind, first, second = line.split
    case kind
    when 'put' then sftp.upload!(first, second)
    when 'resume-put'
      start = sftp.stat!(second).size
      handle = sftp.open!(second, 'r+')
      sftp.write!(handle, start, File.binread(first)[start..])
      sftp.close!(handle)
    when 'get' then sftp.download!(first, second)
    when 'list' then sftp.dir.foreach(first) { |entry| puts entry.name }
    when 'rename' then sftp.rename!(first, second)
    end
  end
end
